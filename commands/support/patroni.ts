/** What operators ask of a streaming cluster, through a program in one of its members' containers. */
import { answer, lastWords, type Exec } from "./container.ts";
import { Failure } from "./failure.ts";

export interface MemberState {
  readonly name: string;
  readonly role: "leader" | "replica";
  /** Whether what a client was told is committed may count on this one. */
  readonly synchronous: boolean;
  /** `running` for a leader, `streaming` for a replica in order; anything else needs a look. */
  readonly state: string;
  readonly timeline: number | undefined;
  /** What it has yet to replay of the leader's WAL; undefined where nobody knows. */
  readonly lagBytes: number | undefined;
  /** Age of the last transaction it has replayed, 0 when it has all; undefined on a leader, or where nobody knows. */
  readonly lagSeconds: number | undefined;
  /** A parameter that was changed is not in force before a restart. */
  readonly pendingRestart: boolean;
  readonly mayLead: boolean;
  /** Room on its volume: `low` gives way to a member with more, `none` is about to stop. */
  readonly room: "enough" | "low" | "none";
}

export interface SlotState {
  readonly name: string;
  readonly active: boolean;
  /** WAL that is kept for it, in bytes. */
  readonly keptBytes: number;
  /** `lost`: what its member needs is gone, and the member needs `reinit`. */
  readonly wal: string;
}

export interface ClusterState {
  /** As PostgreSQL tells it. */
  readonly version: string | undefined;
  readonly leader: string | undefined;
  readonly members: readonly MemberState[];
  /** Of the leader. */
  readonly slots: readonly SlotState[];
}

const API = "/usr/local/bin/patroni-api";
const psql = (query: string) => [
  ...["psql", "-XAtq", "-h", "/run/postgresql", "-U", "synfleet", "-d", "postgres", "-c", query],
];

/** The cluster as the first member that answers knows it. */
export async function clusterState(exec: Exec, aliases: readonly string[]): Promise<ClusterState> {
  const listed = await listedBy(exec, aliases);
  const leader = listed.find(({ role }) => role === "leader")?.name;
  const position = async (name: string) =>
    JSON.parse(await answer(exec, name, psql(POSITION))) as Position;
  // The leader first: a replica that is asked later cannot seem to be behind what was not yet there.
  const ahead = leader ? await position(leader).catch(() => undefined) : undefined;
  const members = await Promise.all(
    listed.map(async (row) =>
      memberState(row, ahead, await position(row.name).catch(() => undefined)),
    ),
  );
  const [slots, version] = ahead
    ? await Promise.all([
        answer(exec, leader!, psql(SLOTS)),
        answer(exec, leader!, psql("show server_version")),
      ])
    : ["[]", undefined];
  return { version, leader, members, slots: JSON.parse(slots) as SlotState[] };
}

export interface Position {
  readonly lsn: number;
  readonly seconds: number | null;
}

const POSITION = `select case when pg_is_in_recovery() then json_build_object(
    'lsn', pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'),
    'seconds', case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
      else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) end)
  else json_build_object('lsn', pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), 'seconds', null) end`;

// Who has just taken the lead is in recovery for as long as it waits for the others to follow.
const SLOTS = `select coalesce(json_agg(json_build_object('name', slot_name, 'active', active,
  'keptBytes', coalesce(pg_wal_lsn_diff(
    case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end, restart_lsn), 0),
  'wal', coalesce(wal_status, 'none'))
  order by slot_name), '[]') from pg_replication_slots`;

/** A member in Patroni's answer to GET /cluster. */
export interface Listed {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly timeline?: number;
  readonly pending_restart?: boolean;
  readonly tags?: { readonly nofailover?: boolean; readonly room?: "low" | "none" };
}

export function memberState(
  row: Listed,
  leader: Position | undefined,
  own: Position | undefined,
): MemberState {
  const lagBytes = leader && own && Math.max(0, leader.lsn - own.lsn);
  const seconds = own?.seconds ?? undefined;
  return {
    name: row.name,
    role: row.role === "leader" ? "leader" : "replica",
    synchronous: row.role === "quorum_standby" || row.role === "sync_standby",
    state: row.state,
    timeline: row.timeline,
    lagBytes,
    // A record on its way that is no transaction would make it the time since the last one.
    lagSeconds: lagBytes === 0 && seconds !== undefined ? 0 : seconds,
    pendingRestart: row.pending_restart === true,
    mayLead: row.tags?.nofailover !== true,
    room: row.tags?.room ?? "enough",
  };
}

async function listedBy(exec: Exec, aliases: readonly string[]): Promise<readonly Listed[]> {
  let why = "none is named";
  for (const alias of aliases) {
    const ended = await exec(alias, [API, "GET", "/cluster"]);
    if (ended.code === 0) return (JSON.parse(ended.stdout) as { members: Listed[] }).members;
    why = lastWords(ended);
  }
  throw new Failure(
    `No member of ${aliases.join(", ")} tells the state of the cluster: ${why}. Look at their logs, and at etcd's.`,
  );
}

/** Why a switchover to the member would be refused, or undefined. */
export function switchoverRefused(state: ClusterState, to?: string): string | undefined {
  if (!state.leader) return "the cluster has no leader: promote a member";
  const others = state.members.filter(({ role }) => role !== "leader");
  const fit = others.filter((member) => member.mayLead && member.state === "streaming");
  const allowed = fit.map(({ name }) => name).join(", ") || "none at present";
  if (to === undefined) return fit.length > 0 ? undefined : "no other member may lead and streams";
  if (to === state.leader) return `${to} leads already`;
  return fit.some(({ name }) => name === to) ? undefined : `got ${to}; allowed: ${allowed}`;
}

/** Hands the lead to another member, the best one when none is named. Nothing is lost; writes wait for about a second. */
export async function switchover(
  exec: Exec,
  aliases: readonly string[],
  to?: string,
): Promise<string> {
  const state = await clusterState(exec, aliases);
  const refused = switchoverRefused(state, to);
  if (refused) throw new Failure(`switchover: ${refused}.`);
  const request = { leader: state.leader!, ...(to !== undefined && { candidate: to }) };
  await answer(exec, state.leader!, [API, "POST", "/switchover", JSON.stringify(request)]);
  const { leader } = await clusterState(exec, aliases);
  if (!leader || leader === state.leader || (to !== undefined && leader !== to)) {
    throw new Failure(
      `switchover: ${leader ?? "nobody"} leads now; see the log of ${to ?? state.leader}.`,
    );
  }
  return leader;
}

/** Makes a member the leader after the leader is lost. Refused, by the member itself, while it lacks what is known to be written. */
export async function promote(
  exec: Exec,
  member: string,
  { acceptDataLoss = false }: { acceptDataLoss?: boolean } = {},
): Promise<void> {
  const loss = acceptDataLoss ? ["--accept-data-loss"] : [];
  await answer(exec, member, ["/usr/local/bin/promote", ...loss]);
}

/** Has a member throw its data away and copy another's; for one that cannot follow any more. */
export async function reinit(
  exec: Exec,
  aliases: readonly string[],
  member: string,
): Promise<void> {
  const state = await clusterState(exec, aliases);
  if (state.leader === member || !state.leader) {
    throw new Failure(
      `reinit: ${state.leader ? `${member} leads, and its data is the cluster's` : "the cluster has no leader to copy from"}. ` +
        "Switch over or promote another member first.",
    );
  }
  await answer(exec, member, [API, "POST", "/reinitialize", JSON.stringify({ force: true })]);
}
