/** From a command line to an exit code. Commands are loaded when they are asked for. */
import { ENGINE_VERSION } from "../state/version.ts";
import { Bail, EXIT, EngineError } from "../errors.ts";
import { COMMANDS, parseArguments } from "./arguments.ts";
import { Session, type Dependencies } from "./session.ts";

type Run = (session: Session) => Promise<number>;

const RUNS: { [command: string]: () => Promise<Run> } = {
  up: async () => (await import("./operate.ts")).up,
  preview: async () => (await import("./operate.ts")).preview,
  refresh: async () => (await import("./refresh.ts")).refresh,
  destroy: async () => (await import("./destroy.ts")).destroy,
  stack: async () => (await import("./stack.ts")).overview,
  "stack init": async () => (await import("./stack.ts")).init,
  "stack select": async () => (await import("./stack.ts")).select,
  "stack ls": async () => (await import("./stack.ts")).ls,
  "stack output": async () => (await import("./stack.ts")).output,
  "stack export": async () => (await import("./stack.ts")).exportState,
  "stack rm": async () => (await import("./stack.ts")).remove,
  config: async () => (await import("./config.ts")).list,
  "config set": async () => (await import("./config.ts")).set,
  "config get": async () => (await import("./config.ts")).get,
  "config rm": async () => (await import("./config.ts")).remove,
  "config refresh": async () => (await import("./config.ts")).refresh,
  cancel: async () => (await import("./misc.ts")).cancel,
  login: async () => (await import("./misc.ts")).login,
  logout: async () => (await import("./misc.ts")).logout,
  whoami: async () => (await import("./misc.ts")).whoami,
};

export async function main(argv: readonly string[], dependencies: Dependencies): Promise<number> {
  const { write, writeError } = dependencies.terminal;
  try {
    const args = parseArguments(argv);
    if (args.command === "version") {
      write(`${ENGINE_VERSION}\n`);
      return EXIT.ok;
    }
    if (args.command === "help" || args.flag("help")) {
      write(help());
      return EXIT.ok;
    }
    const session = new Session(args, dependencies);
    return await (
      await RUNS[args.command]!()
    )(session);
  } catch (error) {
    if (error instanceof Bail) return error.exitCode;
    if (error instanceof EngineError) {
      writeError(`error: ${error.message}\n`);
      return error.exitCode;
    }
    // A mistake of the engine, or of the machine (no space, no permission): with its place.
    writeError(
      `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return EXIT.error;
  }
}

function help(): string {
  const commands = Object.keys(COMMANDS).filter((name) => name !== "help");
  return (
    "synfleet-engine: deploys a Pulumi program without the Pulumi CLI, with the same words.\n\n" +
    `Commands: ${commands.join(", ")}\n\n` +
    "Their flags are those of the Pulumi CLI; what is not supported is refused by name.\n"
  );
}
