/** SynapseDB as its managers see it. */
import { get } from "../support/https.ts";
import type { Outputs } from "../support/stack.ts";
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
  readonly url: string;
  readonly error?: string;
  readonly role?: string;
  readonly members?: readonly Member[];
  readonly member?: string;
  readonly peers?: readonly Peer[];
}

export async function reportSynapseDB(outputs: Outputs): Promise<Report> {
  const urls = [outputs.endpoints["managers"] ?? []].flat();
  const views = await Promise.all(urls.map((url) => look(url, outputs)));
  return {
    sections: [
      ["Members", members(views)],
      ["Replication", replication(views)],
      ["Managers", managers(views)],
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

async function look(url: string, { credentials, caCertificate }: Outputs): Promise<View> {
  const ask = async (path: string) => {
    const headers = { authorization: `Bearer ${credentials.managerToken}` };
    const { status, text } = await get(`${url}${path}`, caCertificate, { headers });
    if (status !== 200) throw new Error(`${path} answered ${status}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  try {
    const [raft, cluster, replication] = await Promise.all(
      ["/raft/status", "/cluster/members", "/replication/status"].map(ask),
    );
    return {
      url,
      role: String(raft!["role"]),
      members: cluster!["members"] as Member[],
      member: String(replication!["member"]),
      peers: replication!["peers"] as Peer[],
    };
  } catch (error) {
    return { url, error: (error as Error).message };
  }
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

function managers(views: readonly View[]): string {
  return table(views.map(({ url, role, error }) => indent([url, error ?? role ?? "-"])));
}
