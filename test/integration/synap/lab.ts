/** Members of a Synap cluster on real containers, and clients for them. */
import { request } from "node:https";
import { haproxyConf } from "../../../components/balancer/conf.ts";
import { synapSections } from "../../../components/balancer/services/synap.ts";
import { guardConf, memberConf, serverConf } from "../../../components/synap/conf.ts";
import { buildImage } from "../../../images/build.ts";
import { synapServer, type SynapServer } from "../../support/synap-server.ts";
import { Bench, until, type ConfigFile } from "../images/bench.ts";

export const password = 'it\'s \\a "canary" $pass';
export const group = "members.synap";

export interface Answer {
  readonly status: number;
  readonly body: any;
}

export interface MemberOptions {
  readonly members: readonly string[];
  readonly master: string;
  readonly maxMemoryMib?: number;
  readonly rebaseAfter?: number;
}

export class SynapLab {
  readonly bench = new Bench();
  server!: SynapServer;
  #making: Promise<void> = Promise.resolve();
  #certificates = new Map<string, ConfigFile[]>();

  async start(): Promise<void> {
    this.server = await synapServer();
    process.stdout.write(`Synap server of this run: ${this.server.kind} ${this.server.image}\n`);
    await buildImage("synap", { log: () => undefined }); // once, before members come up side by side
    await this.bench.start();
    await this.identity("operator");
  }

  async stop(): Promise<void> {
    await this.bench.stop();
  }

  /** Certificate files by name; members carry the group's name too. */
  async identity(name: string, names: readonly string[] = []): Promise<ConfigFile[]> {
    // One after another: they count in one file of serial numbers.
    this.#making = this.#making.then(async () => {
      if (this.#certificates.has(name)) return;
      this.#certificates.set(name, await this.bench.certificate(name, name, names));
    });
    await this.#making;
    return this.#certificates.get(name)!;
  }

  async files(name: string, options: MemberOptions): Promise<ConfigFile[]> {
    return [...(await this.identity(name, [group])), ...this.settings(name, options)];
  }

  settings(name: string, options: MemberOptions): ConfigFile[] {
    const { maxMemoryMib = 64, ...declared } = options;
    const { members } = options;
    return [
      {
        path: "synap.json",
        content: memberConf({ name, ...declared, group, user: "root" }),
      },
      { path: "config.yml", content: serverConf({ maxMemoryMib }, password), secret: true },
      {
        path: "haproxy.cfg",
        content: guardConf({ members, clients: ["operator", "balancer"], user: "root", password }),
        secret: true,
      },
      { path: "secrets/password", content: `${password}\n`, secret: true },
    ];
  }

  async up(name: string, options: MemberOptions): Promise<void> {
    await this.bench.container(name, "synap", await this.files(name, options), [15500, 15600]);
  }

  /** New files for a running member, and what `apply` says to them. */
  async apply(name: string, options: MemberOptions): Promise<{ code: number; output: string }> {
    await this.bench.write(name, "synap", await this.files(name, options));
    return this.bench.exec(name, "apply");
  }

  async ready(...names: string[]): Promise<void> {
    for (const name of names) {
      let said = "";
      await until(
        async () => {
          const { code, output } = await this.bench.exec(name, "ready");
          said = output;
          return code === 0;
        },
        `${name} to be ready`,
        60_000,
      ).catch(async (error: Error) => {
        throw new Error(`${error.message}: ${said}\n${(await this.bench.logs(name)).slice(-4000)}`);
      });
    }
  }

  async status(name: string): Promise<any> {
    return JSON.parse((await this.bench.exec(name, "synap-admin", "status")).output);
  }

  /** What the supervisors say to each other, said by hand. */
  async tell(name: string, path: string, body: object): Promise<void> {
    const call = `require("http").request({ socketPath: "/run/synfleet/control.sock", method: "POST", path: "${path}" }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).end(process.argv[1])`;
    const { code, output } = await this.bench.exec(name, "node", "-e", call, JSON.stringify(body));
    if (code !== 0) throw new Error(`${name} ${path}: ${output}`);
  }

  /** A request to a member's guard, or to a port of another container, as the operator. */
  async ask(
    name: string,
    method: string,
    path: string,
    body?: unknown,
    { auth = `root:${password}`, as = "operator", port = 15500 }: AskOptions = {},
  ): Promise<Answer> {
    const published = await this.bench.port(name, port);
    const files = as === "nobody" ? [] : await this.identity(as);
    const file = (path: string) => files.find((one) => one.path === path)?.content;
    return new Promise((resolve, reject) => {
      const call = request(
        {
          host: "localhost",
          port: published,
          method,
          path,
          ca: file("tls/ca.crt") ?? this.#ca(),
          cert: file("tls/node.crt"),
          key: file("tls/node.key"),
          ...(auth && { auth }),
          agent: false,
          timeout: 5000,
          ...(body !== undefined && { headers: { "content-type": "application/json" } }),
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (part) => (text += part));
          response.on("error", reject);
          response.on("end", () => {
            let parsed: unknown = text;
            try {
              parsed = JSON.parse(text);
            } catch {
              // Text.
            }
            resolve({ status: response.statusCode ?? 0, body: parsed });
          });
        },
      );
      call.on("timeout", () => call.destroy(new Error("no answer within 5 s")));
      call.on("error", reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  set(name: string, key: string, value: string, options?: AskOptions): Promise<Answer> {
    return this.ask(name, "POST", "/kv/set", { key, value }, options);
  }

  async get(name: string, key: string, options?: AskOptions): Promise<unknown> {
    return (await this.ask(name, "GET", `/kv/get/${key}`, undefined, options)).body;
  }

  balancerFiles(members: readonly string[]): ConfigFile[] {
    const content = haproxyConf({
      sections: [synapSections({ members, checkIntervalMs: 250 })],
      statisticsUser: "statistics",
      statisticsPassword: password,
    });
    return [{ path: "haproxy.cfg", content, secret: true }];
  }

  /** Kills the server inside of a member, as a crash would; the supervisor stays. */
  async crash(name: string): Promise<void> {
    const { code, output } = await this.bench.exec(name, "bash", "-c", killServer);
    if (code !== 0) throw new Error(`no server to kill in ${name}: ${output}`);
  }

  /** Waits until a member answers with this value; gives the milliseconds that it took. */
  async sees(name: string, key: string, value: unknown, timeoutMs = 10_000): Promise<number> {
    const began = Date.now();
    await until(
      async () => JSON.stringify(await this.get(name, key)) === JSON.stringify(value),
      `${name} to have ${key} = ${JSON.stringify(value)}`,
      timeoutMs,
    );
    return Date.now() - began;
  }

  #ca(): string {
    return this.#certificates.get("operator")!.find(({ path }) => path === "tls/ca.crt")!.content;
  }
}

/** The image has no ps: processes by what /proc says that they run. */
const killServer =
  "found=1; for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q '[s]ynap-server --config' && kill -9 ${p#/proc/} && found=0; done; exit $found";

export interface AskOptions {
  readonly auth?: string;
  readonly as?: string;
  readonly port?: number;
}

export const missing = { error: "Key not found" };
