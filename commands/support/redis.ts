/** What operators ask of a Redis set, through the programs in its members' containers. */
import { answer, lastWords, type Exec } from "./container.ts";
import { Failure } from "./failure.ts";
import type { Ended } from "./process.ts";

export interface RedisState {
  readonly name: string;
  /** `waiting`: it has no role before somebody tells which; `down`: it does not answer. */
  readonly role: "primary" | "replica" | "waiting" | "down";
  /** Why it waits, does not answer, or takes no writes. */
  readonly reason?: string;
  readonly version?: string;
  /** Whom a replica follows. */
  readonly follows?: string;
  /** Whether a replica's link to its primary is up. */
  readonly linked?: boolean;
  /** A replica that copies all of its primary's data has not got it yet. */
  readonly copying?: boolean;
  /** Position in the stream of changes. */
  readonly offset?: number;
  /** What a replica has yet to read of its primary; undefined where nobody knows. */
  readonly lagBytes?: number;
  /** Since when a replica heard nothing of its primary. */
  readonly silentSeconds?: number;
}

const NOT_WRITTEN = "cannot write to its volume: it is full, or its disk fails; see its log";

const program = (name: string) => `/usr/local/bin/${name}`;

export async function redisStates(
  exec: Exec,
  members: readonly string[],
): Promise<readonly RedisState[]> {
  const states = await Promise.all(
    members.map(async (name) => redisState(name, await exec(name, [program("state")]))),
  );
  return states.map((state) => {
    const primary = states.find(({ name }) => name === state.follows);
    if (primary?.role !== "primary" || state.offset === undefined) return state;
    // Asked at the same time, a replica can seem to be ahead.
    return { ...state, lagBytes: Math.max(0, primary.offset! - state.offset) };
  });
}

/** Pure: what a member's answer means. */
export function redisState(name: string, ended: Ended): RedisState {
  const fields = new Map(
    ended.stdout.split("\n").map((line): [string, string] => {
      const at = line.indexOf(":");
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
  const waiting = fields.get("waiting");
  if (waiting !== undefined) return { name, role: "waiting", reason: waiting };
  if (ended.code !== 0 || !fields.has("role")) {
    return { name, role: "down", reason: lastWords(ended) };
  }
  const number = (key: string) => Number(fields.get(key) ?? 0);
  const version = fields.get("redis_version")!;
  // Redis refuses writes as long as one of them could not be put on disk.
  const unwritten = fields.get("aof_last_write_status") === "err" && { reason: NOT_WRITTEN };
  if (fields.get("role") === "master") {
    return { name, role: "primary", version, offset: number("master_repl_offset"), ...unwritten };
  }
  return {
    ...{ name, role: "replica", version, ...unwritten },
    follows: fields.get("master_host")!,
    linked: fields.get("master_link_status") === "up",
    copying: fields.get("master_sync_in_progress") === "1" || fields.get("loading") === "1",
    offset: number("slave_repl_offset"),
    silentSeconds: Math.max(
      number("master_last_io_seconds_ago"),
      number("master_link_down_since_seconds"),
    ),
  };
}

/**
 * Hands the role of the primary over while everybody is there: nothing acknowledged is lost, writes are refused for some
 * two seconds. The best replica takes it, or the one that is named.
 */
export async function redisSwitchover(
  exec: Exec,
  { members, sentinels }: RedisSet,
  to?: string,
): Promise<string> {
  const states = await redisStates(exec, members);
  const primary = onlyPrimary(states);
  const fit = states.filter((state) => state.follows === primary && state.linked && !state.copying);
  const allowed = fit.map(({ name }) => name).join(", ") || "none at present";
  if (fit.length === 0 || (to !== undefined && !fit.some(({ name }) => name === to))) {
    throw new Failure(
      `switchover: got ${to ?? "no name"}; allowed: a replica that follows ${primary}: ${allowed}.`,
    );
  }
  if (sentinels.length === 0) {
    const target = to ?? fit.toSorted((a, b) => b.offset! - a.offset!)[0]!.name;
    await answer(exec, primary, [program("handover"), "--stay", "--to", target]);
    await followers(exec, members, target);
    return target;
  }
  if (to !== undefined) await answer(exec, to, [program("prefer"), "yes"]);
  try {
    await answer(exec, primary, [program("handover"), "--stay"]);
  } finally {
    if (to !== undefined) await answer(exec, to, [program("prefer"), "no"]);
  }
  return onlyPrimary(await redisStates(exec, members));
}

/**
 * Makes a replica the primary after the primary is lost, where there are no Sentinels. The caller knows that the old one
 * takes no more writes; it follows the new one when it is back.
 */
export async function redisPromote(
  exec: Exec,
  { members, sentinels }: RedisSet,
  name: string,
  { acceptDataLoss = false }: { readonly acceptDataLoss?: boolean } = {},
): Promise<void> {
  if (sentinels.length > 0) {
    throw new Failure(
      `promote: the Sentinels (${sentinels.join(", ")}) replace a lost primary by themselves. To move the role, run switchover.`,
    );
  }
  const states = await redisStates(exec, members);
  const refused = promotionRefused(states, name, acceptDataLoss);
  if (refused) throw new Failure(`promote: ${refused}`);
  await answer(exec, name, [program("promote")]);
  await followers(exec, members, name);
}

export interface RedisSet {
  readonly members: readonly string[];
  readonly sentinels: readonly string[];
}

/** Pure: why a server is not to be promoted, or undefined. */
export function promotionRefused(
  states: readonly RedisState[],
  name: string,
  acceptDataLoss: boolean,
): string | undefined {
  const state = states.find((other) => other.name === name);
  const names = states.map((other) => other.name).join(", ");
  if (!state) return `got ${name}; allowed: ${names}.`;
  const primary = states.find(({ role }) => role === "primary");
  if (primary) {
    return `got ${name}, while ${primary.name} is the primary and answers; to move the role, run switchover.`;
  }
  if (state.role === "down")
    return `got ${name}, which does not answer: ${state.reason}. Start it first.`;
  if (acceptDataLoss) return undefined;
  const hint = "or say --accept-data-loss.";
  if (state.copying)
    return `got ${name}, which has not got all data of ${state.follows} yet. Wait, ${hint}`;
  const ahead = states.find((other) => (other.offset ?? 0) > (state.offset ?? 0));
  if (state.role === "replica" && ahead) {
    return `got ${name}, which is ${ahead.offset! - state.offset!} bytes behind ${ahead.name}. Promote ${ahead.name}, ${hint}`;
  }
  const silent = states.filter((other) => other.name !== name && other.role === "replica");
  if (state.role === "waiting" && silent.length > 0) {
    return `got ${name}, which cannot tell whether ${silent.map((other) => other.name).join(", ")} has more. Promote that one, ${hint}`;
  }
  return undefined;
}

async function followers(exec: Exec, members: readonly string[], primary: string): Promise<void> {
  for (const state of await redisStates(exec, members)) {
    if (state.name === primary || state.role !== "replica" || state.follows === primary) continue;
    await answer(exec, state.name, [program("follow"), primary]);
  }
}

function onlyPrimary(states: readonly RedisState[]): string {
  const primaries = states.filter(({ role }) => role === "primary").map(({ name }) => name);
  if (primaries.length === 1) return primaries[0]!;
  throw new Failure(
    `there ${primaries.length === 0 ? "is no primary" : `are several primaries (${primaries.join(", ")})`} among ${states.map(({ name, role }) => `${name} (${role})`).join(", ")}. Look at their logs.`,
  );
}
