/** Three members in a mesh, and their files. */
import pg from "pg";
import {
  bootstrapConf,
  pgHbaConf,
  pgIdentConf,
  postgresqlConf,
  type PostgresConfArgs,
} from "../../../components/postgres/conf.ts";
import { Bench, until, type ConfigFile } from "./bench.ts";

export const password = "it's \\a 'canary' $pass";
export const members = ["postgres1", "postgres2", "postgres3"] as const;
export type Member = (typeof members)[number];

/** The configuration files of a PostgreSQL member. */
export async function memberFiles(
  bench: Bench,
  member: Member,
  args: PostgresConfArgs = {},
): Promise<ConfigFile[]> {
  return [...(await bench.certificate(member)), ...memberSettings(member, args)];
}

export function memberSettings(
  member: Member,
  args: PostgresConfArgs = {},
  extensions?: readonly string[],
): ConfigFile[] {
  const number = members.indexOf(member) + 1;
  return [
    { path: "postgresql.conf", content: postgresqlConf({ memoryMib: 512, ...args }) },
    {
      path: "pg_hba.conf",
      content: pgHbaConf({ database: "synapsedb", applicationUser: "synapsedb" }),
    },
    {
      path: "pg_ident.conf",
      content: pgIdentConf({
        members,
        managers: ["manager1"],
        exporters: ["postgres-exporter1"],
        balancers: ["balancer"],
      }),
    },
    {
      path: "bootstrap.conf",
      content: bootstrapConf({ member, number, drainSeconds: 1, extensions }),
    },
    { path: "secrets/application_password", content: `${password}\n`, secret: true },
  ];
}

/** Three members in a mesh, as their managers would make it. */
export class Mesh {
  readonly bench = new Bench();
  readonly #clients = new Map<string, pg.Client>();
  #managerCertificate: ConfigFile[] = [];

  async start(): Promise<void> {
    await this.bench.start();
    this.#managerCertificate = await this.bench.certificate("manager1");
    for (const member of members)
      await this.bench.container(member, "postgres", await memberFiles(this.bench, member), [5432]);
    for (const member of members) {
      await until(
        async () => /initialised/.test((await this.bench.exec(member, "ready")).output),
        `${member} to be set up`,
      );
    }
  }

  async connectMembers(): Promise<void> {
    for (const [index, member] of members.entries())
      await this.manage(member, "select synfleet.join($1, $2)", [member, index + 1]);
    for (const member of members) {
      for (const peer of members)
        if (peer !== member) await this.manage(member, "select synfleet.subscribe($1)", [peer]);
    }
    for (const member of members) {
      await until(
        async () => (await this.replicating(member)) === members.length - 1,
        `${member} to be subscribed to its peers`,
      );
    }
  }

  async admitAll(): Promise<void> {
    for (const member of members) await this.manage(member, "select synfleet.admit('caught up')");
  }

  async replicating(member: Member): Promise<number> {
    const rows = await this.manage(
      member,
      "select count(*)::int as n from pglogical.show_subscription_status() where status = 'replicating'",
    );
    return rows[0]!.n as number;
  }

  /** One statement as the manager of the cluster. */
  async manage(
    member: Member,
    text: string,
    values: unknown[] = [],
  ): Promise<Record<string, unknown>[]> {
    const client = await this.#client(member, "synfleet_manager");
    return (await client.query(text, values)).rows as Record<string, unknown>[];
  }

  /** A query string as the application sends it. */
  async query(
    member: Member,
    text: string,
    values?: unknown[],
  ): Promise<Record<string, unknown>[]> {
    const client = await this.#client(member, "synapsedb");
    const result: unknown = await (values ? client.query(text, values) : client.query(text));
    return (Array.isArray(result) ? result.at(-1) : result).rows;
  }

  /** What all members come to answer. */
  async sameEverywhere(query: string): Promise<unknown> {
    let answer = "";
    await until(async () => {
      const seen = await Promise.all(
        members.map(async (member) => JSON.stringify(await this.query(member, query))),
      );
      answer = seen[0]!;
      if (new Set(seen).size > 1) throw new Error(await this.#differences(seen));
      return true;
    }, `the same answer everywhere to: ${query}`);
    return JSON.parse(answer);
  }

  /** Rows that not all have, and who does not receive. */
  async #differences(seen: readonly string[]): Promise<string> {
    const rows = seen.map((text) =>
      (JSON.parse(text) as unknown[]).map((row) => JSON.stringify(row)),
    );
    const differing = members.map((member, index) => {
      const own = rows[index]!.filter((row) => !rows.every((others) => others.includes(row)));
      return `${member}: ${own.slice(0, 5).join(" ")}`;
    });
    const receiving = await Promise.all(members.map((member) => this.replicating(member)));
    return `${differing.join("; ")}; subscriptions that replicate: ${receiving.join(", ")}`;
  }

  /** A connection of its own, to be ended by the caller. */
  async open(
    member: Member | "balancer",
    user: "synapsedb" | "synfleet_manager" = "synapsedb",
    port = 5432,
  ): Promise<pg.Client> {
    const [ca, certificate, key] = this.#managerCertificate.map(({ content }) => content);
    const client = new pg.Client({
      host: "127.0.0.1",
      port: await this.bench.port(member, port),
      database: "synapsedb",
      user,
      connectionTimeoutMillis: 3000,
      ...(user === "synapsedb"
        ? { password, ssl: { ca } }
        : { ssl: { ca, cert: certificate, key } }),
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  /** Forgets the connections to a member that is to be killed. */
  async disconnect(member: Member): Promise<void> {
    for (const [key, client] of this.#clients) {
      if (!key.startsWith(`${member} `)) continue;
      this.#clients.delete(key);
      await client.end().catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    for (const member of members) await this.disconnect(member);
    await this.bench.stop();
  }

  async #client(member: Member, user: "synapsedb" | "synfleet_manager"): Promise<pg.Client> {
    const key = `${member} ${user}`;
    const existing = this.#clients.get(key);
    if (existing) return existing;
    const client = await this.open(member, user);
    client.on("end", () => this.#clients.delete(key));
    this.#clients.set(key, client);
    return client;
  }
}
