import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { type ImageName, buildImage } from "../../../images/build.ts";
import { until as waitUntil } from "../../support/until.ts";
import { TestAuthority } from "./certificates.ts";

/** Files of a container by path below /etc/synfleet; a secret one is readable by its owner alone. */
export type Files = Readonly<Record<string, string | { readonly secret: string }>>;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const owner = 10001;

/** Of a database that lives as long as the test. */
export const applicationPassword = "application-password";

/** Real containers on a network of their own, with names of their own; removed as a whole. */
export class Lab {
  readonly prefix: string;
  readonly authority: TestAuthority;
  readonly #containers = new Set<string>();
  readonly #volumes = new Set<string>();
  readonly #underWay = new Set<Promise<unknown>>();
  #ending = false;

  private constructor(prefix: string, authority: TestAuthority) {
    this.prefix = prefix;
    this.authority = authority;
  }

  static async create(purpose: string): Promise<Lab> {
    const prefix = `synfleet-${purpose}-${randomBytes(3).toString("hex")}`;
    const lab = new Lab(prefix, await TestAuthority.create());
    await lab.docker(["network", "create", prefix]);
    return lab;
  }

  name(alias: string): string {
    return `${this.prefix}-${alias}`;
  }

  /** The files every container has: the CA, its own certificate and key. */
  async identity(alias: string): Promise<Files> {
    const { cert, key } = await this.authority.issue(alias);
    return {
      "tls/ca.crt": this.authority.ca,
      "tls/node.crt": cert,
      "tls/node.key": { secret: key },
    };
  }

  /** Starts a part as a stack does: read-only root, files in a volume, data in another. */
  async start(
    stage: ImageName,
    alias: string,
    files: Files,
    options: {
      readonly publish?: number;
      readonly command?: readonly string[];
      /** Whether it starts again when it ends by itself, as in a stack. */
      readonly restart?: boolean;
    } = {},
  ): Promise<void> {
    const image = await buildImage(stage);
    await this.writeFiles(alias, files);
    this.#containers.add(alias);
    this.#volumes.add(`${alias}-data`);
    await this.docker([
      ...["run", "--detach", "--name", this.name(alias), "--network", this.prefix],
      ...["--network-alias", alias, "--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run:mode=1777"],
      ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--stop-timeout", "20"],
      ...["--volume", `${this.name(`${alias}-files`)}:/etc/synfleet:ro`],
      ...["--volume", `${this.name(`${alias}-data`)}:/var/lib/synfleet`],
      ...(options.restart === true ? ["--restart", "unless-stopped"] : []),
      ...(options.publish === undefined ? [] : ["--publish", `127.0.0.1::${options.publish}`]),
      image,
      ...(options.command ?? []),
    ]);
  }

  /** Writes the files of a container, running or not. */
  async writeFiles(alias: string, files: Files): Promise<void> {
    this.#volumes.add(`${alias}-files`);
    const archive = pack();
    const folders = new Set<string>();
    for (const [path, content] of Object.entries(files)) {
      const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
      if (folder !== "" && !folders.has(folder)) {
        folders.add(folder);
        archive.entry({ name: folder, type: "directory", mode: 0o755, uid: owner, gid: owner });
      }
      const secret = typeof content !== "string";
      const mode = secret ? 0o400 : 0o444;
      archive.entry(
        { name: path, mode, uid: owner, gid: owner },
        secret ? content.secret : content,
      );
    }
    archive.finalize();
    const volume = `${this.name(`${alias}-files`)}:/files`;
    const tar = ["run", "--rm", "--interactive", "--network", "none", "--user", "0"];
    await this.docker(
      [
        ...tar,
        "--volume",
        volume,
        "--entrypoint",
        "tar",
        await buildImage("etcd"),
        "-xC",
        "/files",
      ],
      await buffer(archive as unknown as AsyncIterable<Buffer>),
    );
  }

  /** Host port of a published port; another one after each start. */
  async port(alias: string, internal: number): Promise<number> {
    const { stdout } = await this.docker(["port", this.name(alias), `${internal}/tcp`]);
    return Number(stdout.trim().split("\n")[0]?.split(":").at(-1));
  }

  /** SQL on a member over its local socket, as its superuser. */
  sql(member: string, statement: string): Promise<string> {
    return this.#psql(member, "host=/run/postgresql user=synfleet", statement);
  }

  /** SQL on a member as the application does it, straight to the member. */
  application(member: string, statement: string): Promise<string> {
    const tls = "sslmode=verify-full sslrootcert=/etc/synfleet/tls/ca.crt";
    return this.#psql(member, `host=localhost user=synapsedb ${tls}`, statement);
  }

  async #psql(member: string, how: string, statement: string): Promise<string> {
    const { stdout } = await this.docker([
      ...["exec", "--env", `PGPASSWORD=${applicationPassword}`, this.name(member)],
      ...["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", `dbname=synapsedb ${how}`, "-c", statement],
    ]);
    return stdout.trim();
  }

  /** Runs docker and throws when it fails. */
  async docker(args: readonly string[], stdin?: Buffer): Promise<Ended> {
    if (this.#ending) throw new Error("the lab is being removed");
    const running = this.try(args, stdin);
    this.#underWay.add(running);
    const ended = await running.finally(() => this.#underWay.delete(running));
    if (ended.code === 0) return ended;
    throw new Error(`docker ${args.slice(0, 4).join(" ")} … exited ${ended.code}: ${ended.stderr}`);
  }

  try(args: readonly string[], stdin?: Buffer): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn("docker", args, { stdio: ["pipe", "pipe", "pipe"] });
      const output = { stdout: "", stderr: "" };
      child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, ...output }));
      child.stdin.end(stdin);
    });
  }

  /** Where SYNFLEET_TEST_LOGS asks for them, the last lines of the logs. */
  async tellLogs(aliases: readonly string[]): Promise<void> {
    for (const alias of process.env["SYNFLEET_TEST_LOGS"] ? aliases : []) {
      const { stdout, stderr } = await this.try(["logs", "--tail", "60", this.name(alias)]);
      console.error(alias, stdout, stderr);
    }
  }

  async removeContainer(alias: string): Promise<void> {
    await this.try(["rm", "--force", "--volumes", this.name(alias)]);
  }

  async removeVolume(name: string): Promise<void> {
    await this.try(["volume", "rm", "--force", this.name(name)]);
  }

  /** Removes all that was made, also when half of it failed. */
  async destroy(): Promise<void> {
    // What a failed set-up left under way would otherwise make containers after they were removed.
    this.#ending = true;
    await Promise.allSettled(this.#underWay);
    await Promise.all([...this.#containers].map((alias) => this.removeContainer(alias)));
    await Promise.all([...this.#volumes].map((name) => this.removeVolume(name)));
    await this.try(["network", "rm", this.prefix]);
    await this.authority.remove();
  }
}

/** Asks again until the answer holds; the error names what was last seen. */
export async function until<T>(
  what: string,
  look: () => Promise<T>,
  holds: (value: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const { value } = await waitUntil(
    what,
    async () => {
      const value = await look();
      if (holds(value)) return { value };
      throw new Error(`last seen: ${JSON.stringify(value)}`);
    },
    { seconds: timeoutMs / 1000 },
  );
  return value;
}
