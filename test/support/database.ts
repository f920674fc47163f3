import pg from "pg";
import type { Outputs } from "../../commands/support/stack.ts";

/**
 * One verified TLS connection to a published port, as an application would make it.
 * @param address where the URL's name leads, for one that this machine's name server does not know
 */
export async function connect(
  url: string,
  { credentials, caCertificate }: Outputs,
  address?: string,
): Promise<pg.Client> {
  const { hostname, port } = new URL(url);
  const client = new pg.Client({
    host: address ?? hostname,
    port: Number(port),
    user: credentials.postgres.user,
    password: credentials.postgres.password,
    database: credentials.postgres.database,
    ssl: { ca: caCertificate, ...(address !== undefined && { servername: hostname }) },
    connectionTimeoutMillis: 3000,
    query_timeout: 5000,
  });
  // A connection that the balancer cuts is told to the next query; without a listener it would end the process.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** Connects, asks, disconnects: what a client without a pool does, and what sees a fail-over first. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  outputs: Outputs,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = await connect(url, outputs);
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    // Not awaited: a server that is gone does not answer the farewell either.
    void client.end().catch(() => {});
  }
}
