/** Synaxic as its clients and its operators reach it. */
import { createClient } from "@redis/client";
import type { Outputs } from "../../../../commands/support/stack.ts";
import { Anywhere } from "../../../support/anywhere.ts";
import { query } from "../../../support/database.ts";
import type { Deployment } from "../../../support/deployment.ts";
import { Ledger } from "../../../support/ledger.ts";
import { until } from "../../../support/until.ts";
import type { Containers } from "../containers.ts";
import { ask, type Answer, type Ask } from "../https.ts";

export class Site {
  readonly members: readonly string[];
  readonly deployment: Deployment;
  readonly containers: Containers;
  readonly outputs: Outputs;

  constructor(
    deployment: Deployment,
    containers: Containers,
    outputs: Outputs,
    members: readonly string[] = ["main", "replica1", "replica2"],
  ) {
    this.members = members;
    this.deployment = deployment;
    this.containers = containers;
    this.outputs = outputs;
  }

  url(name: string): string {
    return String(this.outputs.endpoints[name]);
  }

  sql(name: "read" | "write", text: string, values: unknown[] = []) {
    return query<Record<string, any>>(this.url(name), this.outputs, text, values);
  }

  ask(path: string, options: Omit<Ask, "ca"> = {}): Promise<Answer> {
    return ask(`${this.url("app")}${path}`, { ca: this.outputs.caCertificate, ...options });
  }

  /** The instances that answered so many requests. */
  async instances(count: number, options: Omit<Ask, "ca"> = {}): Promise<string[]> {
    const seen = new Set<string>();
    for (let n = 0; n < count; n += 1) {
      const { headers } = await this.ask("/api/items", options);
      seen.add(String(headers["x-instance"]));
    }
    return [...seen].sort();
  }

  /** The PostgreSQL member that leads, by its name in the settings. */
  async leader(): Promise<string> {
    for (const member of this.members) {
      const asked = ["/usr/local/bin/patroni-api", "GET", "/cluster"] as const;
      const answer = await this.containers.exec(`postgres-${member}`, ...asked);
      if (answer.code !== 0) continue;
      const cluster = JSON.parse(answer.stdout) as { members: { name: string; role: string }[] };
      const found = cluster.members.find(({ role }) => role === "leader");
      if (found) return found.name.replace("postgres-", "");
    }
    throw new Error("nobody leads");
  }

  async replicas(): Promise<string[]> {
    const leader = await this.leader();
    return this.members.filter((member) => member !== leader);
  }

  /** Ends when all replicas stream and have all of the leader's log. */
  async inStep(): Promise<void> {
    const following = `select count(*) from pg_stat_replication where state = 'streaming'
      and sent_lsn = replay_lsn and replay_lsn = pg_current_wal_lsn()`;
    const replicas = String(this.members.length - 1);
    await until(`${replicas} replicas in step`, async () =>
      (await this.containers.sql(`postgres-${await this.leader()}`, following)) === replicas
        ? true
        : undefined,
    );
  }

  /** @param change who logs in, and what is trusted: the authority of the deployment, or what the machine trusts. */
  async redis(
    change: {
      username?: string;
      password?: string;
      trust?: "own" | "machine";
      url?: string;
    } = {},
  ) {
    const { username, password } = {
      ...this.outputs.credentials.redis!,
      username: "application",
      ...change,
    };
    const ca = change.trust === "machine" ? undefined : this.outputs.caCertificate;
    const { hostname, port } = new URL(change.url ?? this.url("redis"));
    const to = { host: hostname, port: Number(port), tls: true as const };
    const socket = { ...to, ...(ca && { ca }), reconnectStrategy: false as const };
    const client = createClient({ username, password, socket });
    client.on("error", () => {});
    try {
      await client.connect();
    } catch (error) {
      client.destroy();
      throw error;
    }
    return client;
  }
}

/** A client that writes one row after the other, and can tell which of those that it was told are committed are not there. */
export class Writer extends Ledger {
  readonly #site: Site;
  readonly #name: string;

  /** @param anywhere the balancers that it knows. Without them, the first */
  constructor(site: Site, name: string, anywhere = new Anywhere([site.url("write")])) {
    const text = "insert into test (message) values ($1)";
    super(
      async (id) =>
        void (await anywhere.ask((url) => query(url, site.outputs, text, [`${name} ${id}`]))),
    );
    this.#site = site;
    this.#name = name;
  }

  /** A fail-over may be in between. */
  override progress(count: number, seconds = 90): Promise<void> {
    return super.progress(count, seconds);
  }

  /** Stops, and tells which acknowledged rows are not there. */
  async lost(): Promise<number[]> {
    await this.stop();
    const rows = await this.#site.sql("write", "select message from test where message like $1", [
      `${this.#name} %`,
    ]);
    const kept = new Set(rows.map(({ message }) => message as string));
    return this.acknowledged.filter((n) => !kept.has(`${this.#name} ${n}`));
  }
}
