/** SynapseDB as its managers see it. */
import type { Manager } from "../support/managers.ts";
import { indent, table } from "../support/table.ts";
import type { Report } from "./report.ts";

export interface Member {
  readonly name: string;
  readonly presence: string;
  readonly admitted: boolean;
  readonly reason: string | null;
  readonly server_version: string | null;
}

export interface Peer {
  readonly peer: string;
  readonly status: string | null;
  readonly lag_bytes: number | null;
  readonly lag_seconds: number | null;
}

/** What one manager said, or why it said nothing. */
export interface View {
  readonly manager: string;
  readonly error?: string;
  readonly role?: string;
  readonly members?: readonly Member[];
  readonly member?: string;
  readonly peers?: readonly Peer[];
}

export async function reportSynapseDB(managers: readonly Manager[]): Promise<Report> {
  const views = await Promise.all(managers.map(look));
  return {
    sections: [
      ["Members", members(views)],
      ["Replication", replication(views)],
      ["Managers", managersTable(views)],
    ],
    healthy: healthy(views),
  };
}

/** Pure: whether every manager answers and every member is admitted. */
export function healthy(views: readonly View[]): boolean {
  return (
    views.length > 0 &&
    views.every((view) => !view.error && (view.members ?? []).every((member) => member.admitted))
  );
}

async function look({ name: manager, ask }: Manager): Promise<View> {
  const told = await ask();
  if (typeof told === "string") return { manager, error: told };
  const [raft, cluster, replication] = told;
  return {
    manager,
    role: String(raft!["role"]),
    members: cluster!["members"] as Member[],
    member: String(replication!["member"]),
    peers: replication!["peers"] as Peer[],
  };
}

function members(views: readonly View[]): string {
  const seen = views.find((view) => view.members)?.members ?? [];
  const rows = seen.map(({ name, presence, admitted, reason, server_version: version }) => [
    ...[name, presence, admitted ? "admitted" : "not admitted", version ?? "-", reason ?? ""],
  ]);
  return table([["  member", "presence", "balancer", "version", "reason"], ...rows.map(indent)]);
}

function replication(views: readonly View[]): string {
  const rows = views.flatMap(({ member, peers = [] }) =>
    peers.map(({ peer, status, lag_bytes: bytes, lag_seconds: seconds }) => [
      ...[
        `${peer} → ${member}`,
        status ?? "-",
        bytes === null ? "-" : `${bytes}`,
        seconds === null ? "-" : seconds.toFixed(1),
      ],
    ]),
  );
  return table([["  from → to", "state", "lag bytes", "lag seconds"], ...rows.map(indent)]);
}

function managersTable(views: readonly View[]): string {
  return table(views.map(({ manager, role, error }) => indent([manager, error ?? role ?? "-"])));
}
