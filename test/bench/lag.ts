import type { Outputs } from "../../commands/support/stack.ts";
import { connect } from "../support/database.ts";
import { quantile, type Figure } from "./figures.ts";

const ROWS = 1000;

/** Time from the answer to an insert on one node to the moment at which both others show the row to a client. */
export async function lag(outputs: Outputs): Promise<Figure[]> {
  const urls = [outputs.endpoints["nodes"] ?? []].flat();
  const clients = await Promise.all(urls.map((url) => connect(url, outputs)));
  const [writer, ...readers] = clients;
  try {
    await writer!.query("create table lag_probe (id int primary key)");
    for (const reader of readers)
      await seen(reader, "select to_regclass('lag_probe') is not null as seen");
    const lagsMs: number[] = [];
    for (let id = 0; id < ROWS; id++) {
      await writer!.query("insert into lag_probe values ($1)", [id]);
      const startedAt = performance.now();
      await Promise.all(
        readers.map((reader) =>
          seen(reader, "select exists (select from lag_probe where id = $1) as seen", [id]),
        ),
      );
      lagsMs.push(performance.now() - startedAt);
    }
    await writer!.query("drop table lag_probe");
    return [
      {
        what: "replication lag seen by a client, p50",
        value: `${quantile(lagsMs, 0.5).toFixed(1)} ms`,
      },
      {
        what: "replication lag seen by a client, p99",
        value: `${quantile(lagsMs, 0.99).toFixed(1)} ms`,
      },
    ];
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function seen(
  client: Awaited<ReturnType<typeof connect>>,
  text: string,
  values: unknown[] = [],
): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ seen: boolean }>(text, values);
    if (rows[0]?.seen) return;
  }
}
