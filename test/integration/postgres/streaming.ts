/** A streaming cluster on real containers: three etcd, members, a balancer; without Pulumi. */
import pg from "pg";
import type { Exec } from "../../../commands/support/container.ts";
import { clusterState, type ClusterState } from "../../../commands/support/patroni.ts";
import { haproxyConf } from "../../../components/balancer/conf.ts";
import { patroniSections } from "../../../components/balancer/services/patroni.ts";
import { etcdConf } from "../../../components/etcd/conf.ts";
import { LOCKS_DIRECTORY } from "../../../components/postgres/fence/spec.ts";
import { fenceConf } from "../../../components/postgres/fence/conf.ts";
import {
  identityYml,
  settingsYml,
  streamingBootstrapConf,
  streamingHbaConf,
  streamingIdentConf,
  type SettingsArgs,
} from "../../../components/postgres/streaming/conf.ts";
import { Bench, until, type ConfigFile } from "../images/bench.ts";
import { Ledger } from "./ledger.ts";

export const password = "it's \\a 'canary' $pass";
const etcd = ["etcd1", "etcd2", "etcd3"];
const access = { database: "orders", applicationUser: "shop" };
export const WRITE = 5002;
export const READ = 5001;

export const FENCE = "fence";

export type Change = Partial<Omit<SettingsArgs, "member">>;

export interface LabOptions {
  /** Whether a fence watches the members. @default false */
  readonly fenced?: boolean;
  /** What each member's container is run with besides. */
  readonly memberOptions?: readonly string[];
}

export class StreamingLab {
  readonly bench = new Bench();
  /** Members as they are declared. */
  members: string[];
  #change: Change = {};
  readonly #options: LabOptions;
  readonly #certificates = new Map<string, Promise<ConfigFile[]>>();
  #signed: Promise<unknown> = Promise.resolve();

  constructor(members: readonly string[], change: Change = {}, options: LabOptions = {}) {
    this.members = [...members];
    this.#change = change;
    this.#options = options;
  }

  /** As the commands of the program run things in containers. */
  readonly exec: Exec = async (alias, argv) => {
    const { code, output } = await this.bench.exec(alias, ...argv);
    return { code, stdout: output, stderr: output };
  };

  /** As `status` has it. */
  state(): Promise<ClusterState> {
    return clusterState(this.exec, this.members);
  }

  /** Writes all the time, by the balancer. */
  writer(table: string): Promise<Ledger> {
    return new Ledger(table, () => this.connect("balancer", WRITE)).start();
  }

  /** Starts it; ends when clients are served. */
  async begin(): Promise<void> {
    await this.start();
    await this.ready();
    await until(
      async () => (await this.bench.exec("balancer", "ready")).code === 0,
      "the balancer to know the leader",
    );
  }

  async start(): Promise<void> {
    await this.bench.start();
    const settings = { members: etcd.map((name) => ({ name })), token: "test" };
    await Promise.all(
      etcd.map(async (name) =>
        this.bench.container(name, "etcd", [
          ...(await this.certificate(name)),
          { path: "etcd.yml", content: etcdConf({ name, ...settings }) },
        ]),
      ),
    );
    await this.bench.container(
      "balancer",
      "balancer",
      [...(await this.certificate("balancer")), this.balancerFile()],
      [READ, WRITE],
    );
    await Promise.all(this.members.map((member) => this.add(member)));
    if (this.#options.fenced) await this.addFence();
  }

  /** Of the members that are declared, under the name of its container. */
  async addFence(name = FENCE, members = this.members, volume = "locks"): Promise<void> {
    const files = [...(await this.certificate(name)), this.fenceFile(members)];
    await this.bench.container(name, "fence", files, [], { shared: { [volume]: LOCKS_DIRECTORY } });
  }

  async add(member: string): Promise<void> {
    const files = [...(await this.certificate(member)), ...this.files(member)];
    const { fenced = false, memberOptions = [] } = this.#options;
    await this.bench.container(member, "patroni", files, [5432], {
      options: [...memberOptions],
      ...(fenced && { shared: { locks: LOCKS_DIRECTORY } }),
    });
  }

  fenceFile(members: readonly string[]): ConfigFile {
    const conf = { cluster: "orders", members, etcd, leaseSeconds: 20 };
    return { path: "fence.conf", content: fenceConf(conf) };
  }

  async ready(members: readonly string[] = this.members, seconds = 90): Promise<void> {
    let told = "";
    for (const member of members) {
      await until(
        async () => {
          const { code, output } = await this.bench.exec(member, "ready");
          told = output.trim();
          return code === 0;
        },
        `${member} to be ready`,
        seconds * 1000,
      ).catch(async (error: Error) => {
        const log = (await this.bench.logs(member)).split("\n").slice(-25).join("\n");
        throw new Error(`${error.message}: ${told}\n${log}`);
      });
    }
  }

  /** Files of a member, but for its certificate. */
  files(member: string, change: Change = {}): ConfigFile[] {
    const args = { ...this.#settings(), ...change };
    return [
      {
        path: "patroni/identity.yml",
        content: identityYml({ cluster: "orders", member, etcd }),
      },
      { path: "patroni/settings.yml", content: settingsYml({ member, ...args }) },
      { path: "pg_hba.conf", content: streamingHbaConf(access) },
      {
        path: "pg_ident.conf",
        content: streamingIdentConf({ members: this.members, exporters: ["exporter"] }),
      },
      { path: "bootstrap.conf", content: streamingBootstrapConf(access, ["vector"]) },
      { path: "secrets/application_password", content: `${password}\n`, secret: true },
    ];
  }

  /** What a roll-out does: each member in turn, behind the gate. Gives what `apply` said of each. */
  async rollOut(change: Change = {}): Promise<{ code: number; output: string }[]> {
    this.#change = { ...this.#change, ...change };
    const outcomes = [];
    for (const member of this.members) {
      await this.ready();
      await this.bench.write(member, "patroni", this.files(member));
      const outcome = await this.bench.exec(member, "apply");
      outcomes.push(outcome);
      if (outcome.code === 10) await this.bench.docker("restart", this.bench.name(member));
      else if (outcome.code !== 0) throw new Error(`${member}: apply: ${outcome.output}`);
      await this.ready([member]);
    }
    return outcomes;
  }

  async leader(): Promise<string | undefined> {
    for (const member of this.members) {
      const { code, output } = await this.bench.exec(
        member,
        "python3",
        "-c",
        "import member; print(member.leader() or '')",
      );
      if (code === 0) return output.trim() || undefined;
    }
    return undefined;
  }

  /** Rows that a member's own server answers with, as its superuser. */
  async ask(member: string, query: string): Promise<string> {
    const { code, output } = await this.bench.exec(
      member,
      ...["psql", "-XAtq", "-h", "/run/postgresql", "-U", "synfleet", "-d", "orders", "-c", query],
    );
    if (code !== 0) throw new Error(output);
    return output.trim();
  }

  async connect(name: string, port = 5432): Promise<pg.Client> {
    const [ca] = await this.certificate("balancer");
    const client = new pg.Client({
      host: "127.0.0.1",
      port: await this.bench.port(name, port),
      database: access.database,
      user: access.applicationUser,
      password,
      connectionTimeoutMillis: 3000,
      ssl: { ca: ca!.content },
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  balancerFile(): ConfigFile {
    const { profile } = this.#settings();
    return {
      path: "haproxy.cfg",
      content: haproxyConf({
        sections: [patroniSections({ members: this.members, profile })],
        statisticsUser: "statistics",
        statisticsPassword: "statistics",
      }),
      secret: true,
    };
  }

  /** One after the other: the authority counts what it signs in a file. */
  certificate(name: string): Promise<ConfigFile[]> {
    const made = this.#certificates.get(name);
    if (made) return made;
    const next = this.#signed.then(() => this.bench.certificate(name));
    this.#signed = next;
    this.#certificates.set(name, next);
    return next;
  }

  stop(): Promise<void> {
    return this.bench.stop();
  }

  #settings(): Omit<SettingsArgs, "member"> {
    const members = this.members;
    const candidates = members.length >= 3 ? members : members.slice(0, 1);
    const server = { memoryMib: 512, maxConnections: 50 };
    return { members, candidates, server, profile: "fast", ...this.#change };
  }
}
