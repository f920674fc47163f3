import { readArguments } from "./support/arguments.ts";
import { execIn, healthIn, settingsOf } from "./support/fleet.ts";
import { managersAt, managersIn } from "./support/managers.ts";
import { run } from "./support/process.ts";
import { Stack, type Outputs } from "./support/stack.ts";
import { indent, table } from "./support/table.ts";
import { reportEntrances } from "./status/entrances.ts";
import type { Report } from "./status/report.ts";
import { reportSynap } from "./status/synap.ts";
import { reportSynaxic } from "./status/synaxic.ts";
import { reportSynapseDB } from "./status/synapsedb.ts";
import type { Settings } from "../settings/settings.ts";

const help = `Usage: npm run status [-- --stack NAME]

Shows each member with its role, how far it is behind, where clients get in, and what is installed in the images. Ends with 1
when a member or an entrance is not as it should be.

  --stack NAME  stack to look at (default: dev)`;

export async function status(args: string[]): Promise<number> {
  const options = readArguments("status", args, {
    stack: { type: "string", default: "dev" },
    help: { type: "boolean", default: false },
  });
  if (options.help) {
    console.log(help);
    return 0;
  }
  const settings = await settingsOf(options.stack);
  const stack = await Stack.open(options.stack);
  const [system, entrances] = await Promise.all([
    report(settings, await stack.outputs()),
    reportEntrances(settings, healthIn(settings)),
  ]);
  const sections = [...system.sections, ...entrances.sections];
  for (const [title, text] of [...sections, ["Images", await images(settings)] as const]) {
    console.log(`\n${title}\n${text}`);
  }
  return system.healthy && entrances.healthy ? 0 : 1;
}

function report(settings: Settings, outputs: Outputs): Promise<Report> {
  switch (settings.system) {
    case "synapsedb":
      return reportSynapseDB(
        settings.platform === "kubernetes"
          ? managersIn(settings, execIn(settings))
          : managersAt(outputs),
      );
    case "synaxic":
      return reportSynaxic(settings, execIn(settings), healthIn(settings));
    case "synap":
      return reportSynap(settings, execIn(settings));
  }
}

/** Installed versions of what runs here, as the labels of its images have them. */
async function images({ name }: Settings): Promise<string> {
  const { stdout } = await run("docker", [
    ...["ps", "--all", "--filter", `label=org.synfleet.fleet=${name}`],
    ...["--format", '{{.Image}}\t{{.Label "org.synfleet.packages"}}'],
  ]);
  const rows = [...new Set(stdout.split("\n").filter((row) => row !== ""))].sort();
  if (rows.length === 0) return "  nothing of it runs on this machine";
  return table(rows.map((row) => indent(row.split("\t"))));
}
