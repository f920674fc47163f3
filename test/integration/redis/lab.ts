/** Redis servers and Sentinels as the component would run them, made with the docker command line alone. */
import { sentinelUsers, serverUsers } from "../../../components/redis/access.ts";
import {
  exporterArguments,
  exporterPasswords,
  memberConf,
  REDIS_PORT,
  redisConf,
  reloadedConf,
  sentinelConf,
  type RedisServerArgs,
} from "../../../components/redis/conf.ts";
import { haproxyConf } from "../../../components/balancer/conf.ts";
import {
  REDIS_READ_PORT,
  REDIS_WRITE_PORT,
  redisSections,
} from "../../../components/balancer/services/redis.ts";
import { RedisClient, type RedisAddress } from "../../support/redis.ts";
import { Bench, until, type ConfigFile } from "../images/bench.ts";

const firstPasswords = {
  application: "it's a 'canary' $pass",
  replica: "canary-replica-1",
  sentinel: "canary-sentinel-1",
  monitor: "canary-monitor-1",
  check: "canary-check-1",
};

export let passwords = firstPasswords;

export class RedisLab {
  readonly bench = new Bench();
  members: readonly string[];
  sentinels: readonly string[];

  readonly #options: string[];

  /** @param options of the servers' containers, for `docker run`. */
  constructor(members: number, sentinels: number, options: string[] = []) {
    this.#options = options;
    this.members = Array.from({ length: members }, (_, index) => `redis${index + 1}`);
    this.sentinels = Array.from({ length: sentinels }, (_, index) => `sentinel${index + 1}`);
  }

  get all(): readonly string[] {
    return [...this.members, ...this.sentinels];
  }

  async start(): Promise<void> {
    await this.bench.start();
    for (const name of this.members) await this.#startServer(name);
    await this.#startSentinels();
  }

  /** A server more and the first Sentinels of a set that had none: its servers are told before, and restart, as where their containers are replaced for it. */
  async grow(server: string, sentinels: number): Promise<void> {
    const before = this.members;
    this.members = [...before, server];
    this.sentinels = Array.from({ length: sentinels }, (_, index) => `sentinel${index + 1}`);
    await this.#startServer(server);
    for (const name of before.toReversed()) {
      await this.bench.write(name, "redis", this.serverFiles(name));
      await this.bench.docker("restart", "--time", "30", this.bench.name(name));
      await this.ready([name]);
    }
    await this.#startSentinels();
  }

  async #startServer(name: string): Promise<void> {
    const files = [...(await this.bench.certificate(name)), ...this.serverFiles(name)];
    await this.bench.container(name, "redis", files, [REDIS_PORT], { options: this.#options });
  }

  async #startSentinels(): Promise<void> {
    for (const name of this.sentinels) {
      const files = [...(await this.bench.certificate(name)), ...this.sentinelFiles(name)];
      await this.bench.container(name, "redis", files);
    }
  }

  async ready(names = this.all, seconds = 60): Promise<void> {
    for (const name of names) {
      let last = "";
      await until(
        async () => {
          const { code, output } = await this.bench.exec(name, "ready");
          last = output;
          return code === 0;
        },
        `${name} to be ready`,
        seconds * 1000,
      ).catch(async (error: Error) => {
        throw new Error(`${error.message}: ${last}\n${await this.bench.logs(name)}`);
      });
    }
  }

  serverFiles(
    name: string,
    server: RedisServerArgs = {},
    allowedCommands: readonly string[] = [],
  ): ConfigFile[] {
    return [
      { path: "member.conf", content: this.#memberConf("server", name) },
      { path: "redis.conf", content: redisConf({ name }) },
      {
        path: "reloaded.conf",
        content: reloadedConf({ ...server, members: this.members.length }),
      },
      {
        path: "secrets/users.acl",
        content: serverUsers({ passwords, allowedCommands }),
        secret: true,
      },
      { path: "secrets/replica_password", content: passwords.replica, secret: true },
    ];
  }

  sentinelFiles(name: string): ConfigFile[] {
    return [
      { path: "member.conf", content: this.#memberConf("sentinel", name) },
      { path: "sentinel.conf", content: sentinelConf({ name, set: "cache" }) },
      { path: "secrets/users.acl", content: sentinelUsers(passwords), secret: true },
      { path: "secrets/sentinel_password", content: passwords.sentinel, secret: true },
    ];
  }

  async startBalancer(minReplicasToWrite: number): Promise<void> {
    const sections = redisSections({
      members: this.members,
      password: passwords.check,
      minReplicasToWrite,
      reads: true,
    });
    const content = haproxyConf({
      sections: [sections],
      statisticsUser: "statistics",
      statisticsPassword: "canary-statistics",
    });
    const files = [
      ...(await this.bench.certificate("balancer")),
      { path: "haproxy.cfg", content, secret: true },
    ];
    await this.bench.container("balancer", "balancer", files, [REDIS_WRITE_PORT, REDIS_READ_PORT]);
    await this.ready(["balancer"]);
  }

  async startExporter(member: string): Promise<void> {
    const name = `exporter-${member}`;
    const files = [
      ...(await this.bench.certificate(name)),
      { path: "arguments", content: exporterArguments(member) },
      {
        path: "secrets/redis_passwords",
        content: exporterPasswords(member, passwords.monitor),
        secret: true,
      },
    ];
    await this.bench.container(name, "redis-exporter", files, [9121]);
    await this.ready([name]);
  }

  /** What Prometheus would read, with the exporter's own certificate. */
  async metrics(member: string): Promise<string> {
    const tls = "/etc/synfleet/tls";
    const { output } = await this.bench.exec(
      `exporter-${member}`,
      ...["curl", "--silent", "--fail", "--cacert", `${tls}/ca.crt`, "--cert", `${tls}/node.crt`],
      ...["--key", `${tls}/node.key`, "https://localhost:9121/metrics"],
    );
    return output;
  }

  /** New passwords for the machines, brought to every member as a platform does. */
  async changePasswords(): Promise<void> {
    const renew = (password: string) => `${password}-renewed`;
    passwords = {
      ...passwords,
      replica: renew(passwords.replica),
      sentinel: renew(passwords.sentinel),
      monitor: renew(passwords.monitor),
    };
    await this.bringFiles();
  }

  /** A server less: the files of the others no longer name it. */
  async remove(name: string): Promise<void> {
    this.members = this.members.filter((member) => member !== name);
    await this.bringFiles();
    await this.bench.docker("rm", "--force", this.bench.name(name));
  }

  /** The files as they are now, brought to one member after the other while all others are ready. */
  async bringFiles(): Promise<void> {
    for (const name of [...this.members.toReversed(), ...this.sentinels]) {
      const server = this.members.includes(name);
      await this.ready((server ? this.members : this.sentinels).filter((peer) => peer !== name));
      const files = server ? this.serverFiles(name) : this.sentinelFiles(name);
      await this.bench.write(name, "redis", files);
      const { code, output } = await this.bench.exec(name, "apply");
      if (code === 10) await this.bench.docker("restart", this.bench.name(name));
      else if (code !== 0) throw new Error(`${name} could not take the new files: ${output}`);
      await this.ready([name]);
    }
  }

  /** As the commands run programs in containers. */
  readonly exec = async (alias: string, argv: readonly string[]) => {
    const { code, output } = await this.bench.exec(alias, ...argv);
    return { code, stdout: output, stderr: "" };
  };

  /** A running container's address for the application; another user, password or authority where asked for. */
  async address(
    name: string,
    port = REDIS_PORT,
    changes: Partial<RedisAddress> = {},
  ): Promise<RedisAddress> {
    return {
      port: await this.bench.port(name, port),
      ca: await this.bench.authority,
      user: "application",
      password: passwords.application,
      ...changes,
    };
  }

  /** One command as the application, on a connection of its own. */
  async send(name: string, ...words: (string | number)[]) {
    const client = await RedisClient.open(await this.address(name));
    try {
      return await client.send(...words);
    } finally {
      client.close();
    }
  }

  /** A field of what a server says of itself. */
  async info(name: string, field: string): Promise<string | undefined> {
    const text = String(await this.send(name, "INFO", "everything"));
    return text
      .split("\r\n")
      .find((line) => line.startsWith(`${field}:`))
      ?.slice(field.length + 1);
  }

  async primaries(): Promise<string[]> {
    const roles = await Promise.all(
      this.members.map((name) => this.info(name, "role").catch(() => undefined)),
    );
    return this.members.filter((_, index) => roles[index] === "master");
  }

  /** The one primary, once there is one and all members are ready. */
  async settled(): Promise<string> {
    let primaries: string[] = [];
    await until(async () => {
      await this.ready();
      primaries = await this.primaries();
      return primaries.length === 1;
    }, "one primary");
    return primaries[0]!;
  }

  #memberConf(role: "server" | "sentinel", name: string): string {
    const { members, sentinels } = this;
    return memberConf({ role, name, set: "cache", members, sentinels });
  }
}
