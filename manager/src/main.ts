import { type Outcome, apply, check, healthy } from "./commands.ts";
import { initialise } from "./init/init.ts";
import { createLog, errorText } from "./log.ts";
import { loadRuntime } from "./runtime.ts";
import { Service } from "./service.ts";

const defaultFile = "/etc/synfleet/manager.json";
const usage = "usage: manager.js [serve|init|apply|check|healthy] [FILE]";

async function main(args: readonly string[]): Promise<number | undefined> {
  const [first = "serve", ...rest] = args;
  // A lone path is the file to serve with.
  const [command, file = defaultFile] = first.startsWith("/") ? ["serve", first] : [first, ...rest];
  switch (command) {
    case "serve":
      await serve(file);
      return undefined;
    case "init":
      return initialise(file, (text) => process.stdout.write(`${text}\n`));
    case "healthy":
      return tell(await healthy(file));
    case "apply":
      return tell(await apply(file));
    case "check":
      return tell(await check(file));
    default:
      process.stderr.write(`unknown command "${command}"; ${usage}\n`);
      return 2;
  }
}

function tell({ code, text }: Outcome): number {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  return code;
}

async function serve(file: string): Promise<void> {
  let runtime = await loadRuntime(file);
  const log = createLog(() => runtime.config.logLevel);
  const service = new Service(file, runtime, log, (next) => {
    runtime = next;
  });
  const stop = (signal: string) => {
    log("info", "stopping", { signal });
    const hurry = setTimeout(() => process.exit(0), 1800);
    hurry.unref();
    service.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
  process.on("SIGHUP", () => service.reload());
  await service.start();
}

main(process.argv.slice(2)).then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  },
);
