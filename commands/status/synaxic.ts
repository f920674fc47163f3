/** Synaxic as its members see themselves. */
import { FENCE, fenceAlias, fencedHosts } from "../../components/postgres/fence/spec.ts";
import { aliases, DATABASE } from "../../systems/aliases.ts";
import type { Exec } from "../support/container.ts";
import type { HealthOf, SettingsOf } from "../support/fleet.ts";
import { clusterState, type ClusterState } from "../support/patroni.ts";
import { redisStates, type RedisState } from "../support/redis.ts";
import { indent, table } from "../support/table.ts";
import type { Report } from "./report.ts";

export async function reportSynaxic(
  settings: SettingsOf<"synaxic">,
  exec: Exec,
  health: HealthOf,
): Promise<Report> {
  const names = settings.members.map(({ name }) => name);
  const [database, redis, apps, fences] = await Promise.all([
    clusterState(exec, names.map(aliases.postgres)).catch((error: Error) => error.message),
    redisStates(exec, names.map(aliases.redis)),
    Promise.all(names.map(aliases.app).map(async (name) => ({ name, state: await health(name) }))),
    Promise.all(
      fencesOf(settings).map(async ({ of, alias, companion }) => [
        of,
        await fence(exec, alias, companion),
      ]),
    ),
  ]);
  const known = typeof database === "string" ? undefined : database;
  return {
    sections: [
      ["PostgreSQL", known ? membersTable(known) : `  ${database as string}`],
      ["Replication slots", known ? slotsTable(known) : "  -"],
      ...(fences.length > 0 ? ([["Fence", table(fences.map(indent))]] as const) : []),
      ["Redis", redisTable(redis)],
      ["App", table(apps.map(({ name, state }) => indent([name, state])))],
    ],
    healthy:
      known !== undefined &&
      databaseHealthy(known, names.length) &&
      redisHealthy(redis) &&
      apps.every(({ state }) => ["healthy", "running"].includes(state)),
  };
}

/** Pure: one a host, or one beside each member. */
export function fencesOf({
  platform,
  members,
}: Pick<SettingsOf<"synaxic">, "platform" | "members">): {
  readonly of: string;
  readonly alias: string;
  readonly companion?: string;
}[] {
  const hosts = fencedHosts(members);
  if (platform !== "kubernetes")
    return hosts.map((host) => ({ of: host, alias: fenceAlias(DATABASE, host) }));
  const fenced = hosts.length > 0 ? members : [];
  return fenced.map(({ name }) => ({ of: name, alias: aliases.postgres(name), companion: FENCE }));
}

/** Without it the lease decides, so what it says of itself is told and counts for nothing. */
async function fence(exec: Exec, alias: string, companion?: string): Promise<string> {
  const { code, stdout, stderr } = await exec(alias, ["/usr/local/bin/ready"], companion);
  if (code === 0) return "watches its members: the end of one is known at once";
  return (stdout || stderr).trim().split("\n").join("; ");
}

/** Pure: somebody leads, and every declared member is there, follows, and has room. */
export function databaseHealthy({ leader, members }: ClusterState, declared: number): boolean {
  return (
    leader !== undefined &&
    members.length === declared &&
    members.every(
      ({ role, state, room }) =>
        state === (role === "leader" ? "running" : "streaming") && room === "enough",
    )
  );
}

/** Pure: one primary, everybody else follows it, and all can write to their disks. */
export function redisHealthy(states: readonly RedisState[]): boolean {
  const primaries = states.filter(({ role }) => role === "primary");
  return (
    primaries.length === 1 &&
    states.every(
      ({ role, reason, follows, linked }) =>
        reason === undefined &&
        (role === "primary" || (role === "replica" && follows === primaries[0]!.name && linked)),
    )
  );
}

function membersTable({ members, version }: ClusterState): string {
  const rows = members.map((member) => [
    ...[
      member.name,
      member.synchronous ? `${member.role} (synchronous)` : member.role,
      member.state,
    ],
    ...[shown(member.lagBytes), member.lagSeconds?.toFixed(1) ?? "-", version ?? "-"],
    [
      ...(member.pendingRestart ? ["waits for a restart"] : []),
      ...(member.mayLead ? [] : ["may not lead"]),
      ...ROOM[member.room],
    ].join(", "),
  ]);
  const head = ["member", "role", "state", "lag bytes", "lag seconds", "version", ""];
  return table([head, ...rows].map(indent));
}

function slotsTable({ slots }: ClusterState): string {
  if (slots.length === 0) return "  none";
  const rows = slots.map(({ name, active, keptBytes, wal }) => [
    ...[name, active ? "active" : "not active", String(keptBytes), wal],
  ]);
  return table([["slot", "state", "WAL bytes kept", "WAL"], ...rows].map(indent));
}

function redisTable(states: readonly RedisState[]): string {
  const rows = states.map((state) => [
    ...[state.name, state.role],
    state.role === "replica" ? (state.linked ? `follows ${state.follows}` : "link down") : "-",
    ...[shown(state.lagBytes), shown(state.offset), state.version ?? "-", state.reason ?? ""],
  ]);
  const head = ["member", "role", "link", "lag bytes", "offset", "version", ""];
  return table([head, ...rows].map(indent));
}

const ROOM = { enough: [], low: ["its volume is nearly full"], none: ["its volume is full"] };

const shown = (value: number | undefined) => (value === undefined ? "-" : String(value));
