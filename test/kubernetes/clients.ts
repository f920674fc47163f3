import pg from "pg";
import type { Outputs } from "../../commands/support/stack.ts";

/** As a client in the cluster, who verifies the name that it was told: the values of all rows. */
export async function queryAt(
  host: string,
  url: string,
  { credentials, caCertificate: ca }: Outputs,
  sql: string,
): Promise<unknown[]> {
  const { hostname, port } = new URL(url);
  const { user, password, database } = credentials.postgres;
  const ssl = { ca, servername: hostname };
  const client = new pg.Client({ host, port: Number(port), user, password, database, ssl });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}
