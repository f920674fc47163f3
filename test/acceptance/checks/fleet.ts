import type { Client } from "pg";
import type { Outputs } from "../../../commands/support/stack.ts";
import { connect, query } from "../../support/database.ts";
import { until } from "../../support/until.ts";

/** A running system as its clients have it: one URL for each node, in the order of the members. */
export interface Nodes {
  readonly outputs: Outputs;
  readonly nodes: readonly string[];
}

export const nodesOf = (outputs: Outputs): Nodes => ({
  outputs,
  nodes: [outputs.endpoints["nodes"] ?? []].flat(),
});

/** What the checks need of a running system, whatever it runs on. */
export interface Fleet extends Nodes {
  /** Ends a member at once, as a power cut would. */
  kill(member: string): Promise<void>;
  start(member: string): Promise<void>;
  /** Logs of a workload. */
  logs(alias: string): Promise<string>;
}

export const members = ["postgres1", "postgres2", "postgres3"] as const;

export function readUrl({ outputs }: Nodes): string {
  return String(outputs.endpoints["read"]);
}

export function writeUrl({ outputs }: Nodes): string {
  return String(outputs.endpoints["write"]);
}

export function managers({ outputs }: Nodes): string[] {
  return [outputs.endpoints["managers"] ?? []].flat();
}

/** Runs `use` with a connection to each node, in the order of the members. */
export async function onEachNode<T>(
  fleet: Nodes,
  use: (clients: Client[]) => Promise<T>,
): Promise<T> {
  const clients = await Promise.all(fleet.nodes.map((url) => connect(url, fleet.outputs)));
  try {
    return await use(clients);
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => {})));
  }
}

export function ask<Row extends Record<string, unknown>>(
  fleet: Nodes,
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return query<Row>(url, fleet.outputs, text, values);
}

/** How many different nodes answer at an endpoint. */
export async function nodesBehind(fleet: Nodes, url: string): Promise<number> {
  const rows = await Promise.all(
    Array.from({ length: 12 }, () =>
      ask<{ name: string }>(fleet, url, "select current_setting('cluster_name') as name"),
    ),
  );
  return new Set(rows.map(([row]) => row!.name)).size;
}

/** Ends when every node is admitted: what can lose one must be whole first. */
export async function whole(fleet: Nodes): Promise<void> {
  await until("every node behind the read endpoint", async () =>
    (await nodesBehind(fleet, readUrl(fleet))) === fleet.nodes.length ? true : undefined,
  );
}
