import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { Client, type ClientConfig, type QueryConfig } from "pg";
import type { TlsMaterial } from "../runtime.ts";

export interface DatabaseTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

const connectTimeoutMs = 2000;

/**
 * One connection to one member, made when first used and made anew after any failure. `pg` queues
 * queries on it, which is all the pooling that a poll once a second needs.
 */
export class Database {
  readonly #target: DatabaseTarget;
  readonly #tls: TlsMaterial;
  readonly #name: string;
  #client: Promise<Client> | undefined;
  #certificateExpiresMs: number | undefined;

  constructor(target: DatabaseTarget, tls: TlsMaterial, applicationName: string) {
    this.#target = target;
    this.#tls = tls;
    this.#name = applicationName;
  }

  /** Runs one query and returns its rows; the connection is given up when it takes too long. */
  async query<Row>(text: string, values: unknown[], timeoutMs: number): Promise<Row[]> {
    const connecting = (this.#client ??= this.#connect());
    try {
      const client = await connecting;
      // `query_timeout` per query is pg's own, though its types only know it for a whole client.
      const query: QueryConfig & { query_timeout: number } = {
        text,
        values,
        query_timeout: timeoutMs,
      };
      const result = await client.query(query);
      return result.rows as Row[];
    } catch (error) {
      // An error of the server (it has a severity) leaves the connection as good as it was.
      const ofServer = error instanceof Error && "severity" in error && !isFatal(error);
      if (!ofServer) this.#drop(connecting);
      throw error;
    }
  }

  /** End of the certificate that the server showed at the last connection. */
  get certificateExpiresMs(): number | undefined {
    return this.#certificateExpiresMs;
  }

  async close(): Promise<void> {
    const connecting = this.#client;
    this.#client = undefined;
    const client = await connecting?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  #connect(): Promise<Client> {
    const client = new Client(clientConfig(this.#target, this.#tls, this.#name));
    const connecting = client.connect().then(
      () => {
        this.#certificateExpiresMs = certificateEnd(client);
        return client;
      },
      (error: unknown) => {
        destroy(client);
        throw error;
      },
    );
    client.on("error", () => this.#drop(connecting));
    client.on("end", () => this.#drop(connecting));
    return connecting;
  }

  #drop(connecting: Promise<Client>): void {
    if (this.#client !== connecting) return;
    this.#client = undefined;
    // `end()` would wait for an answer that a dead host never gives.
    connecting.then(destroy, () => undefined);
  }
}

/** The socket below a client; pg has no public way to it. */
function socketOf(client: Client): Partial<TLSSocket> | undefined {
  return (client as unknown as { connection?: { stream?: TLSSocket } }).connection?.stream;
}

function destroy(client: Client): void {
  socketOf(client)?.destroy?.();
}

function certificateEnd(client: Client): number | undefined {
  const certificate = socketOf(client)?.getPeerCertificate?.();
  const end = Date.parse(certificate?.valid_to ?? "");
  return Number.isNaN(end) ? undefined : end;
}

function isFatal(error: object): boolean {
  const { severity } = error as { severity?: unknown };
  return severity === "FATAL" || severity === "PANIC";
}

function clientConfig(target: DatabaseTarget, tls: TlsMaterial, name: string): ClientConfig {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    application_name: name,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    ssl: {
      ...tls,
      minVersion: "TLSv1.3",
      // Without it an address instead of a name would be checked against "localhost".
      host: target.host,
      ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
    } as ClientConfig["ssl"],
  };
}
