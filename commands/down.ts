import { readArguments } from "./support/arguments.ts";
import { ensureDocker } from "./support/docker.ts";
import { Stack } from "./support/stack.ts";

const help = `Usage: npm run down [-- --stack NAME] [--keep-data]

Removes all that npm run up made: containers, network, and with them the volumes that hold the data. Images stay, since
other deployments use them too. On Kubernetes volumes and namespace stay as well, unless kubernetes.keepVolumes is false.

  --stack NAME  stack to remove (default: dev)
  --keep-data   keep the volumes, and the stack that knows them: the next npm run up finds the data again`;

export async function down(args: string[]): Promise<number> {
  const options = readArguments("down", args, {
    stack: { type: "string", default: "dev" },
    "keep-data": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (options.help) {
    console.log(help);
    return 0;
  }
  await ensureDocker();
  const stack = await Stack.open(options.stack);
  if (!(await stack.exists())) {
    console.log(`synfleet: there is no stack ${stack.name}; nothing to remove`);
    return 0;
  }
  // The record of what is where refuses a later change that would lose the volumes.
  const kept = [
    ...["docker:index/volume:Volume", "kubernetes:core/v1:PersistentVolumeClaim"],
    "synfleet-hosts:placement:Placement",
  ];
  const keep = options["keep-data"] ? kept.flatMap((type) => ["--exclude", `**${type}::**`]) : [];
  const code = await stack.show(
    "destroy",
    "--stack",
    stack.name,
    "--yes",
    "--skip-preview",
    ...keep,
  );
  if (code !== 0 || options["keep-data"]) return code;
  return stack.show("stack", "rm", stack.name, "--yes", "--preserve-config");
}
