import { policyPack } from "./support/paths.ts";
import { grafanaImage } from "../components/monitoring/grafana.ts";
import { readArguments } from "./support/arguments.ts";
import { ensureDocker } from "./support/docker.ts";
import { settingsOf } from "./support/fleet.ts";
import { buildMissingImages, imagesOf } from "./support/images.ts";
import { grafanaAvailable } from "./support/grafana.ts";
import { Stack } from "./support/stack.ts";
import { configValue } from "./support/stack-config.ts";
import { looksAt, welcome } from "./support/welcome.ts";

const help = `Usage: npm run up [-- --stack NAME]

Brings the stack's system up (SynapseDB, unless synfleet:system says otherwise) on this machine's Docker, or on the hosts of its settings: installs and starts Docker Engine where it may (Debian or Ubuntu, as
root), builds the images, makes the stack and a passphrase for it, checks the policies, deploys, and ends when the
cluster is ready. Running it again changes only what differs.

  --stack NAME  stack to bring up (default: dev)`;

export async function up(args: string[]): Promise<number> {
  const options = readArguments("up", args, {
    stack: { type: "string", default: "dev" },
    help: { type: "boolean", default: false },
  });
  if (options.help) {
    console.log(help);
    return 0;
  }
  const settings = await settingsOf(options.stack);
  const { system } = settings;
  await ensureDocker();
  await buildMissingImages(imagesOf[system]);
  const stack = await Stack.open(options.stack);
  await stack.capture("stack", "select", stack.name, "--create");
  // Where Prometheus is the cluster's, so is Grafana.
  if (settings.kubernetes.monitoring.prometheus === "own") await decideGrafana(stack);
  const code = await stack.show(
    ...["up", "--stack", stack.name, "--yes", "--skip-preview"],
    ...["--suppress-outputs", "--policy-pack", policyPack],
  );
  if (code !== 0) return code;
  const isSite = settings.kubernetes.ingress !== undefined;
  console.log(welcome(stack.name, system, await stack.outputs(), looksAt(settings), isSite));
  return 0;
}

/** Decided once and written into the stack's configuration, so that a later run does not depend on the network. */
async function decideGrafana(stack: Stack): Promise<void> {
  if ((await configValue(stack.name, "grafana")) !== undefined) return;
  const available = await grafanaAvailable(grafanaImage);
  if (!available) {
    console.log(
      `synfleet: Grafana is left out, since ${grafanaImage} cannot be pulled here. To add it where it can: ` +
        `npm run pulumi -- config set synfleet:grafana true --stack ${stack.name}, then npm run up`,
    );
  }
  await stack.capture(
    "config",
    "set",
    "synfleet:grafana",
    String(available),
    "--stack",
    stack.name,
  );
}
