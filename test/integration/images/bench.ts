/** A small cluster made with the docker command line alone: what the images promise, tested without Pulumi or managers. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pack } from "tar-stream";
import { buildImage, type ImageName } from "../../../images/build.ts";
import { until as waitUntil } from "../../support/until.ts";

const run = promisify(execFile);

export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run("docker", args, { maxBuffer: 1 << 26 });
  return stdout.trim();
}

export interface ConfigFile {
  readonly path: string;
  readonly content: string;
  readonly secret?: boolean;
}

/** A private network with names of its own, and a throw-away certificate authority. */
export class Bench {
  readonly prefix = `synfleet-images-${randomBytes(3).toString("hex")}`;
  readonly #containers = new Set<string>();
  readonly #volumes = new Set<string>();
  #directory = "";

  async start(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), "images-lab-"));
    await docker("network", "create", this.prefix);
    await this.#openssl(
      "req",
      "-x509",
      ...newKey,
      "-days",
      "2",
      "-subj",
      "/CN=test authority",
      // Python verifies by the letter: who signs must be allowed to, and who is signed must say by whom.
      "-addext",
      "keyUsage=critical,keyCertSign,cRLSign",
      "-keyout",
      "ca.key",
      "-out",
      "ca.crt",
    );
  }

  get authority(): Promise<string> {
    return readFile(join(this.#directory, "ca.crt"), "utf8");
  }

  /** Certificate files for one name, signed by the bench's authority. */
  async certificate(
    name: string,
    commonName = name,
    names: readonly string[] = [],
  ): Promise<ConfigFile[]> {
    const hosts = [name, "localhost", ...names].map((host) => `DNS:${host}`).join(",");
    const extensions = `subjectAltName=${hosts},IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n`;
    await writeFile(join(this.#directory, `${name}.ext`), extensions);
    await this.#openssl(
      "req",
      ...newKey,
      "-subj",
      `/CN=${commonName}`,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
    );
    await this.#openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "ca.crt",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      `${name}.ext`,
      "-out",
      `${name}.crt`,
    );
    const read = (file: string) => readFile(join(this.#directory, file), "utf8");
    return [
      { path: "tls/ca.crt", content: await read("ca.crt") },
      { path: "tls/node.crt", content: await read(`${name}.crt`) },
      { path: "tls/node.key", content: await read(`${name}.key`), secret: true },
    ];
  }

  /** Starts a container as the platform does: read-only root, configuration and data in volumes, no capabilities. */
  async container(
    name: string,
    image: ImageName,
    files: readonly ConfigFile[],
    ports: readonly number[] = [],
    {
      options = [],
      command = [],
      shared = {},
    }: {
      options?: string[];
      command?: string[];
      /** Volumes that it has together with others: path by name. */
      shared?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<void> {
    const tag = await buildImage(image, { log: () => undefined });
    const container = this.name(name);
    const together = Object.keys(shared).map((volume) => this.name(volume));
    for (const volume of [`${container}-etc`, `${container}-data`, ...together]) {
      await docker("volume", "create", volume);
      this.#volumes.add(volume);
    }
    await this.write(name, image, files);
    this.#containers.add(container);
    await docker(
      ...["run", "--detach", "--name", container, "--hostname", name],
      ...["--network", this.prefix, "--network-alias", name],
      ...["--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run", "--memory", "768m"],
      ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...["--volume", `${container}-etc:/etc/synfleet:ro`],
      ...["--volume", `${container}-data:/var/lib/synfleet`],
      ...Object.entries(shared).flatMap(([name, at]) => ["--volume", `${this.name(name)}:${at}`]),
      ...ports.flatMap((port) => ["--publish", `127.0.0.1::${port}`]),
      ...options,
      tag,
      ...command,
    );
  }

  /** Writes files into a container's configuration volume, owned as the contract says. */
  async write(name: string, image: ImageName, files: readonly ConfigFile[]): Promise<void> {
    const tag = await buildImage(image, { log: () => undefined });
    const helper = await docker("create", "--volume", `${this.name(name)}-etc:/etc/synfleet`, tag);
    const archive = pack();
    const owner = { uid: 10001, gid: 10001 };
    for (const directory of new Set(
      files.map(({ path }) => path.split("/").slice(0, -1).join("/")).filter(Boolean),
    )) {
      archive.entry({ name: directory, type: "directory", mode: 0o755, ...owner });
    }
    for (const { path, content, secret } of files)
      archive.entry({ name: path, mode: secret ? 0o400 : 0o444, ...owner }, content);
    archive.finalize();
    const child = execFile("docker", ["cp", "-", `${helper}:/etc/synfleet`]);
    const done = new Promise<void>((resolve, reject) => {
      child.on("close", (code) =>
        code === 0 ? resolve() : reject(new Error(`docker cp failed with ${code}`)),
      );
    });
    archive.pipe(child.stdin!);
    await done;
    await docker("rm", helper);
  }

  name(name: string): string {
    return `${this.prefix}-${name}`;
  }

  async port(name: string, port: number): Promise<number> {
    const output = await docker("port", this.name(name), `${port}/tcp`);
    return Number(output.split("\n")[0]!.split(":").pop());
  }

  /** Runs a program of the image; gives its exit code and what it printed. */
  /** Its address in the bench's network. */
  async address(name: string): Promise<string> {
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    return (await this.docker("inspect", "--format", format, this.name(name))).trim();
  }

  async exec(name: string, ...command: string[]): Promise<{ code: number; output: string }> {
    return run("docker", ["exec", this.name(name), ...command]).then(
      ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        output: error.stdout + error.stderr,
      }),
    );
  }

  docker(...args: string[]): Promise<string> {
    return docker(...args);
  }

  async logs(name: string, ...options: string[]): Promise<string> {
    const { stdout, stderr } = await run("docker", ["logs", ...options, this.name(name)], {
      maxBuffer: 1 << 26,
    });
    return stdout + stderr;
  }

  /** The certificate that a PostgreSQL server shows. */
  async served(name: string, port: number): Promise<string> {
    const address = `127.0.0.1:${await this.port(name, port)}`;
    const { stdout } = await run("sh", [
      "-c",
      `openssl s_client -starttls postgres -connect ${address} </dev/null 2>/dev/null | openssl x509`,
    ]);
    return stdout.trim();
  }

  async https(
    name: string,
    port: number,
    path: string,
    auth?: string,
  ): Promise<{ status: number; body: string }> {
    const options = {
      host: "localhost",
      port: await this.port(name, port),
      path,
      auth,
      ca: await this.authority,
      agent: false,
    };
    return new Promise((resolve, reject) => {
      request(options, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk) => (body += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      })
        .on("error", reject)
        .end();
    });
  }

  async stop(): Promise<void> {
    // SYNFLEET_TEST_LOGS=DIR keeps what the containers logged.
    for (const container of process.env.SYNFLEET_TEST_LOGS ? this.#containers : []) {
      await run("sh", [
        "-c",
        `docker logs "$0" >"$1" 2>&1`,
        container,
        join(process.env.SYNFLEET_TEST_LOGS!, `${container}.log`),
      ]);
    }
    if (this.#containers.size > 0)
      await docker("rm", "--force", "--volumes", ...this.#containers).catch(() => undefined);
    if (this.#volumes.size > 0)
      await docker("volume", "rm", "--force", ...this.#volumes).catch(() => undefined);
    await docker("network", "rm", this.prefix).catch(() => undefined);
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #openssl(...args: string[]): Promise<void> {
    await run("openssl", args, { cwd: this.#directory });
  }
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Asks again until it holds; an error while asking counts as no. */
export async function until(
  holds: () => Promise<boolean>,
  what: string,
  timeoutMs = 30_000,
): Promise<void> {
  await waitUntil(`waiting for ${what}`, async () => (await holds()) || undefined, {
    seconds: timeoutMs / 1000,
  });
}
