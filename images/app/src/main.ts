import { loadConfig } from "./config.ts";
import { errorText } from "./health.ts";
import { log } from "./log.ts";
import { Service } from "./service.ts";

const usage = "usage: app.js [serve|check] [DIRECTORY]";

async function main([command = "serve", directory = "/etc/synfleet"]: string[]): Promise<void> {
  if (command !== "serve" && command !== "check") throw new Error(usage);
  const config = await loadConfig(directory);
  if (command === "check") return;
  const service = new Service(directory, config, log);
  process.on("SIGHUP", () => {
    service.reload().catch((error: unknown) => {
      log("error", "reload refused; the running configuration stays", { error: errorText(error) });
    });
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log("info", "stopping", { signal });
      service.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
  await service.start();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${errorText(error)}\n`);
  process.exit(1);
});
