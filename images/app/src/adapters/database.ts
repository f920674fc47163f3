import { Pool, type PoolClient } from "pg";
import type { Config } from "../config.ts";
import { retrying } from "../retry.ts";

export interface Item {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}

export interface DatabaseHealth {
  readonly role: "primary" | "standby";
  readonly table: boolean;
}

/** Instances that start at once take turns at making the table. Any number that nobody else locks. */
const migrationLock = 7_220_145_001;

const columns = `id, name, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdAt"`;

/** The items in PostgreSQL. Every statement may be done twice, so that it can be tried again over a fail-over. */
export class Database {
  readonly #pool: Pool;
  readonly #seconds: number;
  readonly #onRetry: (error: Error) => void;

  constructor({ settings, tls, databasePassword }: Config, onRetry: (error: Error) => void) {
    const { host, port, user, name, connections } = settings.database;
    this.#pool = new Pool({
      host,
      port,
      user,
      database: name,
      password: databasePassword,
      application_name: settings.instance,
      ssl: { ...tls, servername: host, minVersion: "TLSv1.3" },
      max: connections,
      connectionTimeoutMillis: 2000,
      // A server that is gone answers nothing: without a limit a request would wait as long as TCP does.
      query_timeout: 5000,
      keepAlive: true,
    });
    // Connections that break while idle are made anew at their next use.
    this.#pool.on("error", () => undefined);
    this.#seconds = settings.retrySeconds;
    this.#onRetry = onRetry;
  }

  /** Makes the table. On a standby it would fail, so instances that only read never ask for it. */
  async migrate(): Promise<void> {
    await this.#use(async (client) => {
      await client.query("begin");
      await client.query("select pg_advisory_xact_lock($1)", [migrationLock]);
      await client.query(
        "create table if not exists item (id uuid primary key, name text not null, created_at timestamptz not null default now())",
      );
      await client.query("commit");
    });
  }

  async list(limit: number): Promise<Item[]> {
    const text = `select ${columns} from item order by created_at desc, id limit $1`;
    return this.#use(async (client) => (await client.query<Item>(text, [limit])).rows);
  }

  async find(id: string): Promise<Item | undefined> {
    const text = `select ${columns} from item where id = $1`;
    return this.#use(async (client) => (await client.query<Item>(text, [id])).rows[0]);
  }

  /** The id is the caller's, so that an insert whose answer was lost is not a second row when tried again. */
  async add(id: string, name: string): Promise<Item> {
    const insert = "insert into item (id, name) values ($1, $2) on conflict (id) do nothing";
    const text = `select ${columns} from item where id = $1`;
    return this.#use(async (client) => {
      await client.query(insert, [id, name]);
      return (await client.query<Item>(text, [id])).rows[0]!;
    });
  }

  /** Asked once, without patience: health is about now. */
  async health(): Promise<DatabaseHealth> {
    const text =
      "select pg_is_in_recovery() as standby, to_regclass('item') is not null as table_there";
    const { rows } = await this.#pool.query<{ standby: boolean; table_there: boolean }>(text);
    return { role: rows[0]!.standby ? "standby" : "primary", table: rows[0]!.table_there };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const attempt = async () => {
      const client = await this.#pool.connect();
      try {
        const result = await work(client);
        client.release();
        return result;
      } catch (error) {
        // A connection to a server that has become a standby would stay one; any other failed transaction is left too.
        client.release(true);
        throw error;
      }
    };
    return retrying(attempt, { seconds: this.#seconds, onRetry: this.#onRetry });
  }
}
