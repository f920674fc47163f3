/** add-replica and remove-replica: the list of members is changed in the stack's settings, and `up` does the rest. */
import { systems } from "../../settings/schema.ts";
import { applyChanges } from "../support/change.ts";
import { ensureDocker } from "../support/docker.ts";
import { execIn, settingsOfSystem } from "../support/fleet.ts";
import { leftBy, withMember, withoutMember, type Member } from "../support/members.ts";
import { Stack } from "../support/stack.ts";
import { configValues } from "../support/stack-config.ts";
import { commonHelp, readOperation } from "./arguments.ts";
import { leaders } from "./leaders.ts";

const addHelp = `Usage: npm run synfleet -- add-replica NAME [--host HOST] [--stack NAME] [--dry-run]

Adds a member to a Synaxic or Synap stack: writes it into the stack's settings and runs up. It copies the data of the
others and serves reads when it has caught up; nothing else is interrupted. On Kubernetes the pods that have to know it
are replaced for it, one at a time.

  --host HOST   host it runs on (default: the first with the fewest members)
${commonHelp}`;

export async function addReplica(args: string[]): Promise<number> {
  const read = readOperation("add-replica", args, {
    help: addHelp,
    options: { host: { type: "string" } },
    member: "needed",
  });
  if (!read) return 0;
  const { stack: name, "dry-run": dryRun, host } = read.options;
  const { members } = await declared("add-replica", name);
  const changed = withMember(members, read.member!, host);
  await ensureDocker();
  return applyChanges(await Stack.open(name), { members: changed }, { dryRun });
}

const removeHelp = `Usage: npm run synfleet -- remove-replica NAME [--stack NAME] [--dry-run]

Takes a member out of a Synaxic or Synap stack: out of the stack's settings, and by up out of the balancer, the proxy, the
replication and the machine. Its volume goes with it: what it holds, the other members hold too. On Kubernetes the volume
stays unless kubernetes.keepVolumes is false, and is named. A member that leads is refused.

${commonHelp}`;

export async function removeReplica(args: string[]): Promise<number> {
  const read = readOperation("remove-replica", args, {
    help: removeHelp,
    options: {},
    member: "needed",
  });
  if (!read) return 0;
  const { stack: name, "dry-run": dryRun } = read.options;
  const { settings, members } = await declared("remove-replica", name);
  await ensureDocker();
  const stack = await Stack.open(name);
  const leads = await leaders(settings, execIn(settings));
  const changed = withoutMember(members, read.member!, {
    leads: leads.filter(({ member }) => member === read.member).map(({ what }) => what),
    fewest: settings.system === "synap" ? 1 : 2,
  });
  const code = await applyChanges(stack, { members: changed }, { dryRun });
  const left = leftBy(settings, read.member!);
  if (code === 0 && !dryRun && left) console.log(left);
  return code;
}

/** The members as the stack's file has them, or, each with its host, as they are without it. */
async function declared(command: string, stack: string) {
  const settings = await settingsOfSystem(command, stack, ["synaxic", "synap"]);
  const given = await configValues(stack);
  const { members } = systems[settings.system].schema.parse(given) as {
    members?: readonly Member[];
  };
  const { hosts } = settings;
  const resolved = settings.members.map(({ name, host }) =>
    hosts.length > 1 ? { name, host } : { name },
  );
  return { settings, members: members ?? resolved };
}
