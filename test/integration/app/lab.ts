/** Instances of the reference app on a real PostgreSQL and Redis, and the proxy before them. */
import { once } from "node:events";
import { request as plainRequest } from "node:http";
import { request, type Agent } from "node:https";
import { connect } from "node:tls";
import { referenceAppConf, type AppMode } from "../../../components/app/conf.ts";
import {
  nginxConf,
  upstreamsConf,
  type NginxConfArgs,
  type Upstream,
} from "../../../components/proxy/conf.ts";
import { serverUsers } from "../../../components/redis/access.ts";
import { memberConf, redisConf, reloadedConf } from "../../../components/redis/conf.ts";
import { Bench, until, type ConfigFile } from "../images/bench.ts";
import { database, startDatabase } from "./database.ts";

const passwords = {
  application: "canary-application-1",
  replica: "canary-replica-1",
  sentinel: "canary-sentinel-1",
  monitor: "canary-monitor-1",
  check: "canary-check-1",
};

export const instances = ["app1", "app2"] as const;
export const upstreams: readonly Upstream[] = [
  { name: "app1", port: 8080, mode: "write" },
  { name: "app2", port: 8080, mode: "read" },
];

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The instance that gave it. */
  readonly instance: string | undefined;
}

export interface Asking {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
}

export class AppLab {
  readonly bench = new Bench();

  /** Who an app is for Redis. */
  readonly cacheLogin = { user: "application", password: passwords.application };

  async startStores(): Promise<void> {
    await this.bench.start();
    await Promise.all([startDatabase(this.bench), this.#startCache()]);
  }

  async start(): Promise<void> {
    await this.startStores();
    await this.instance("app1", "write");
    await this.instance("app2", "read");
    for (const name of instances) await this.ready(name);
  }

  stop(): Promise<void> {
    return this.bench.stop();
  }

  /** The certificate that a container shows. */
  async served(name: string, port: number): Promise<string> {
    const address = { host: "localhost", port: await this.bench.port(name, port) };
    const socket = connect({ ...address, ca: await this.bench.authority });
    try {
      await once(socket, "secureConnect");
      return socket.getPeerX509Certificate()!.toString().trim();
    } finally {
      socket.destroy();
    }
  }

  async instance(name: string, mode: AppMode, change: readonly ConfigFile[] = []): Promise<void> {
    const files = [...(await this.appFiles(name, mode)), ...change];
    await this.bench.container(name, "app", files, [8080]);
  }

  async appFiles(name: string, mode: AppMode, retrySeconds = 15): Promise<ConfigFile[]> {
    const content = referenceAppConf({
      instance: name,
      mode,
      port: 8080,
      database: { host: mode === "write" ? "database" : "postgres2", port: 5432, ...database },
      cache: { host: mode === "write" ? "redis1" : "redis2", port: 6380, user: "application" },
      retrySeconds,
    });
    return [
      ...(await this.bench.certificate(name, name, ["app"])),
      { path: "app.json", content },
      { path: "secrets/database_password", content: database.password, secret: true },
      { path: "secrets/cache_password", content: passwords.application, secret: true },
    ];
  }

  async proxy(name = "proxy"): Promise<void> {
    const files = [...(await this.bench.certificate(name)), ...proxyFiles()];
    await this.bench.container(name, "proxy", files, [8080, 8443]);
    await this.ready(name);
  }

  async ready(name: string): Promise<void> {
    let last = "";
    const asked = async () => {
      const { code, output } = await this.bench.exec(name, "ready");
      last = output;
      return code === 0;
    };
    await until(asked, `${name} to be ready`).catch(async (error: Error) => {
      throw new Error(`${error.message}: ${last}\n${await this.bench.logs(name)}`);
    });
  }

  /** Gives the proxy other files, as an update does. */
  async apply(args: Partial<NginxConfArgs>, of: readonly Upstream[] = upstreams) {
    await this.bench.write("proxy", "proxy", proxyFiles(args, of));
    return this.bench.exec("proxy", "apply");
  }

  /** Asks a container over verified HTTPS. */
  async ask(name: string, path: string, asking: Asking = {}): Promise<Answer> {
    const port = await this.bench.port(name, name === "proxy" ? 8443 : 8080);
    return this.askAt(port, path, asking);
  }

  async askAt(port: number, path: string, asking: Asking = {}): Promise<Answer> {
    const { method = "GET", body, headers = {}, agent } = asking;
    const ca = await this.bench.authority;
    const options = { host: "localhost", port, path, method, headers, ca, agent: agent ?? false };
    return new Promise((resolve, reject) => {
      const call = request(options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            body: text,
            headers: response.headers,
            instance: response.headers["x-instance"] as string | undefined,
          }),
        );
      });
      call.setTimeout(20_000, () => call.destroy(new Error("no answer within 20 s")));
      call.on("error", (error) => {
        // A server may close a kept connection at any time; clients ask again on a new one (RFC 9112, 9.3.1).
        if (call.reusedSocket && method === "GET") resolve(this.askAt(port, path, asking));
        else reject(error);
      });
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** A container that listens to nobody, and only holds its place in the network. */
  async occupy(name: string): Promise<void> {
    const sleep = { options: ["--entrypoint", "sleep"], command: ["600"] };
    await this.bench.container(name, "app", [], [], sleep);
  }

  /** Status and location that the proxy answers without TLS. */
  async plain(path: string): Promise<{ status: number; location: string | undefined }> {
    const options = {
      host: "localhost",
      port: await this.bench.port("proxy", 8080),
      path,
      agent: false as const,
    };
    return new Promise((resolve, reject) => {
      plainRequest(options, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, location: response.headers.location });
      })
        .on("error", reject)
        .end();
    });
  }

  /** The instances that answer so many requests. */
  async answering(count: number, path = "/api/whoami", asking: Asking = {}): Promise<string[]> {
    const seen = new Set<string>();
    for (let i = 0; i < count; i++) {
      const { status, instance } = await this.ask("proxy", path, asking);
      seen.add(`${instance} ${status}`);
    }
    return [...seen].sort();
  }

  async #startCache(): Promise<void> {
    const members = ["redis1", "redis2"];
    for (const name of members) {
      const args = { role: "server" as const, name, set: "cache", members, sentinels: [] };
      await this.bench.container(name, "redis", [
        ...(await this.bench.certificate(name)),
        { path: "member.conf", content: memberConf(args) },
        { path: "redis.conf", content: redisConf({ name }) },
        { path: "reloaded.conf", content: reloadedConf({ members: members.length }) },
        { path: "secrets/users.acl", content: serverUsers({ passwords }), secret: true },
        { path: "secrets/replica_password", content: passwords.replica, secret: true },
      ]);
    }
    for (const name of members) await this.ready(name);
  }
}

export function proxyFiles(
  args: Partial<NginxConfArgs> = {},
  of: readonly Upstream[] = upstreams,
): ConfigFile[] {
  const content = nginxConf({
    app: { tls: true, serverName: "app", healthPath: "/actuator/health" },
    httpsPort: 443,
    certificate: { certificate: "tls/node.crt", key: "tls/node.key" },
    strictTransportSeconds: 0,
    ...args,
  });
  const { affinity = "none" } = args;
  return [
    { path: "nginx.conf", content },
    { path: "upstreams.conf", content: upstreamsConf({ upstreams: of, affinity }) },
  ];
}
