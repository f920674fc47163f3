/** switchover, promote and reinit: who leads. The cluster owns its roles; who may lead at all is a setting. */
import { ensureDocker } from "../support/docker.ts";
import { Failure } from "../support/failure.ts";
import { execIn, settingsOfSystem } from "../support/fleet.ts";
import { withChanges, writeConfig } from "../support/stack-config.ts";
import { commonHelp, readOperation } from "./arguments.ts";
import type { Service } from "./service.ts";
import { serviceOf } from "./services.ts";

const options = { service: { type: "string" } } as const;
const serviceHelp = `  --service S   postgres (default) or redis in a Synaxic stack; synap in a Synap stack`;

const switchoverHelp = `Usage: npm run synfleet -- switchover [NAME] [--service S] [--stack NAME] [--dry-run]

Hands the lead over to another member, while all is well: to NAME, or to the best one. Nothing is lost; writes wait for
some seconds.

${serviceHelp}
${commonHelp}`;

export async function switchover(args: string[]): Promise<number> {
  const read = readOperation("switchover", args, {
    help: switchoverHelp,
    options,
    member: "optional",
  });
  if (!read) return 0;
  const { member, options: given } = read;
  const service = await open("switchover", given.stack, given.service, member);
  const from = await service.leader();
  if (from === member) throw new Failure(`switchover: ${member} leads ${service.title} already.`);
  if (given["dry-run"]) {
    console.log(`would hand ${service.title} over from ${from} to ${member ?? "the best replica"}`);
    return 0;
  }
  const leader = await service.switchover(member);
  console.log(`${service.title} is led by ${leader} now; it was ${from}`);
  return remember(given.stack, service, leader);
}

const promoteHelp = `Usage: npm run synfleet -- promote NAME [--service S] [--accept-data-loss] [--stack NAME] [--dry-run]

Makes NAME the leader after the one that led is lost: for sets that do not do so by themselves, because of two members
none can know that the other is gone. Make sure first that the lost one does not run.

  --accept-data-loss  go on though NAME is not known to have all that was written
${serviceHelp}
${commonHelp}`;

export async function promote(args: string[]): Promise<number> {
  const read = readOperation("promote", args, {
    help: promoteHelp,
    options: { ...options, "accept-data-loss": { type: "boolean", default: false } },
    member: "needed",
  });
  if (!read) return 0;
  const { options: given } = read;
  const member = read.member!;
  const service = await open("promote", given.stack, given.service, member);
  const leader = await service.leader().catch(() => undefined);
  if (leader === member) {
    console.log(`${service.title} is led by ${member} already`);
    return 0;
  }
  if (given["dry-run"]) {
    console.log(`would make ${member} the leader of ${service.title}; ${leader ?? "nobody"} leads`);
    return 0;
  }
  await service.promote(member, { acceptDataLoss: given["accept-data-loss"] });
  console.log(`${service.title} is led by ${member} now`);
  return remember(given.stack, service, member);
}

const reinitHelp = `Usage: npm run synfleet -- reinit NAME [--stack NAME] [--dry-run]

Has a PostgreSQL member throw its data away and copy another's: for one that cannot follow any more. The member that
leads is refused.

${serviceHelp}
${commonHelp}`;

export async function reinit(args: string[]): Promise<number> {
  const read = readOperation("reinit", args, { help: reinitHelp, options, member: "needed" });
  if (!read) return 0;
  const { options: given } = read;
  const member = read.member!;
  const service = await open("reinit", given.stack, given.service, member);
  if (!service.reinit) {
    throw new Failure(
      `reinit: a member of ${service.title} copies the leader's data by itself whenever it has to; restart it.`,
    );
  }
  if ((await service.leader()) === member) {
    throw new Failure(
      `reinit: got ${member}, which leads ${service.title}; allowed: a replica. Hand over first: npm run synfleet -- switchover`,
    );
  }
  if (given["dry-run"]) {
    console.log(
      `would have ${member} throw its data of ${service.title} away and copy the others'`,
    );
    return 0;
  }
  await service.reinit(member);
  console.log(`${member} copies the data of the others; npm run status shows when it has`);
  return 0;
}

async function open(
  command: string,
  stack: string,
  asked: string | undefined,
  member: string | undefined,
): Promise<Service> {
  const settings = await settingsOfSystem(command, stack, ["synaxic", "synap"]);
  const names = settings.members.map(({ name }) => name);
  if (member !== undefined && !names.includes(member)) {
    throw new Failure(`${command}: got ${member}; allowed: ${names.join(", ")}.`);
  }
  if (settings.platform !== "kubernetes") await ensureDocker();
  return serviceOf(settings, execIn(settings), asked);
}

/** Writes what was done into the settings, where they would have it otherwise at the next `up`. */
async function remember(stack: string, service: Service, leader: string): Promise<number> {
  const changes = service.settingsAfter?.(leader);
  if (!changes) return 0;
  await writeConfig(stack, await withChanges(stack, changes));
  const keys = Object.keys(changes).map((key) => `synfleet:${key}`);
  console.log(
    `Pulumi.${stack}.yaml says so as well now (${keys.join(", ")}); once all members are back, run: npm run up -- --stack ${stack}`,
  );
  return 0;
}
