/**
 * Change of the master. It is always carried out by the member that is to be master, whoever asks for it: the old one
 * stops first and says how long its log is, and the new one begins when it has all of it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { errorText, say } from "./log.ts";
import type { Member } from "./member.ts";
import { paths } from "./settings.ts";
import type { State } from "./state.ts";
import { scan } from "./wal.ts";

const copySeconds = 60;
/** How long a new master's server may take to read its log before whoever asked is told that it is still at it. */
const servingSeconds = 20;

/** The change that is under way. Whoever asks for one meanwhile hears how it ends: two would wait for one log. */
let underWay: Promise<string> | undefined;

export async function takeOver(member: Member, acceptDataLoss: boolean): Promise<string> {
  underWay ??= carryOut(member, acceptDataLoss).finally(() => (underWay = undefined));
  return underWay;
}

async function carryOut(member: Member, acceptDataLoss: boolean): Promise<string> {
  const { name } = member.settings;
  const { state } = member;
  if (state.master === name && !state.yields) return `${name} is master already`;
  const said = await Promise.all(
    member.others.map((peer) => member.peers.status(peer).catch(() => undefined)),
  );
  const heard = said.filter((status) => status !== undefined);
  const epoch = Math.max(...[state, ...heard.map((peer) => peer.state)].map(latest)) + 1;
  const before = heard.find((peer) => peer.name === state.master && peer.name !== name);
  const old = before && (before.mode === "master" || before.state.yields) ? before : undefined;
  if (old) await receive(member, old.name, epoch);
  else if (!acceptDataLoss) {
    const longest = heard.reduce((most, peer) => Math.max(most, peer.bytes), 0);
    const { bytes } = await scan(paths.log);
    throw new Error(
      `${state.master ?? "the master"} ${before?.reason ? `does not serve (${before.reason})` : "does not answer"}, so nobody can know whether ${name} has all of its data (it has ${bytes} bytes of the log, other members have up to ${longest}). ` +
        `Bring ${state.master ?? "the master"} back, or, when it is gone for good and does not run any more, repeat with --accept-data-loss`,
    );
  }
  member.change({
    epoch,
    master: name,
    ...(member.state.declared && { declared: member.state.declared }),
  });
  say("info", "took over", { epoch, from: state.master, planned: old !== undefined });
  const all = old ? `, with all of ${old.name}'s data` : "";
  const serves = await member.serves("master", servingSeconds * 1000);
  return `${name} is master now${all}${serves ? "" : `; its server does not answer yet after ${servingSeconds} s`}`;
}

const latest = ({ epoch, yields }: State): number => Math.max(epoch, yields?.epoch ?? 0);

async function receive(member: Member, old: string, epoch: number): Promise<void> {
  if (member.mirror.following !== old || member.mirror.size === undefined) {
    throw new Error(
      `${member.settings.name} does not copy the log of ${old} yet: nothing was changed`,
    );
  }
  const { bytes } = (await member.peers.call("POST", old, "/synfleet/yield", {
    to: member.settings.name,
    epoch,
  })) as { bytes: number };
  const deadline = Date.now() + copySeconds * 1000;
  while ((member.mirror.size ?? 0) < bytes) {
    if (Date.now() > deadline) {
      await member.peers.call("POST", old, "/synfleet/resume", { epoch });
      throw new Error(
        `${member.settings.name} has ${member.mirror.size ?? 0} of ${bytes} bytes of the log of ${old} after ${copySeconds} s: ${old} is master again`,
      );
    }
    await sleep(10);
  }
  await member.mirror.stop();
}

/** The old master's part: no write is taken any more when this ends, and none that was acknowledged is missing. */
export async function yieldTo(
  member: Member,
  { to, epoch }: { to: string; epoch: number },
): Promise<{ bytes: number }> {
  const { state, settings } = member;
  if (state.master !== settings.name) throw new Error(`${settings.name} is not master`);
  if (epoch <= state.epoch) throw new Error(`decision ${epoch} is older than ${state.epoch}`);
  // Two that were asked at once would both be master by the same decision.
  if (state.yields && state.yields.to !== to && epoch <= state.yields.epoch)
    throw new Error(`${settings.name} hands over to ${state.yields.to} already`);
  member.change({ ...state, yields: { to, epoch } });
  await member.restart(`handing over to ${to}`);
  return { bytes: (await scan(paths.log)).bytes };
}

export function resume(member: Member, { epoch }: { epoch: number }): void {
  const { yields, ...state } = member.state;
  if (yields?.epoch === epoch) member.change(state);
}

/** What a changed declaration asks for, carried out by whichever member hears of it first. */
export async function follow(member: Member): Promise<void> {
  const { master } = member.settings;
  const { declared, epoch } = member.state;
  if (declared === master) return;
  if (epoch > 0) {
    if (master === member.settings.name) say("info", await takeOver(member, false));
    else {
      // Only a master that serves hands over, and one that was started just now, for the same change, asks the others first.
      if (member.state.master === member.settings.name)
        await member.serves("master", servingSeconds * 1000);
      await member.peers.call("POST", master, "/synfleet/takeover", {}).catch((error: unknown) => {
        throw new Error(`${master} does not become master: ${errorText(error)}`);
      });
    }
  }
  member.change({ ...member.state, declared: master });
}
