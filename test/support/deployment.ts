import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parse, stringify } from "yaml";
import { projectDirectory } from "../../commands/support/paths.ts";
import { run, type Ended } from "../../commands/support/process.ts";
import type { Outputs } from "../../commands/support/stack.ts";
import { offline, type Engine } from "../../engine/conformance/engines.ts";
import { freePorts } from "./ports.ts";

/**
 * A stack of the program with a name, ports, state and passphrase of its own, so that it can run beside a developer's.
 * It always runs on the offline engine, also where there is a Pulumi CLI, unless a test hands it over with `on`.
 */
export class Deployment {
  readonly prefix = `synfleet-test-${randomBytes(3).toString("hex")}`;
  readonly stack = "test";
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  #settings: Record<string, unknown>;
  readonly #configFile: string;
  #engine: Engine = offline;

  private constructor(directory: string, settings: Record<string, unknown>) {
    this.directory = directory;
    this.#configFile = join(directory, "Pulumi.test.yaml");
    this.#settings = { name: this.prefix, ...settings };
    this.env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${directory}`,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(12).toString("hex"),
    };
  }

  static async create(settings: Record<string, unknown> = {}): Promise<Deployment> {
    const directory = await mkdtemp(join(tmpdir(), "synfleet-"));
    const ports = await freePorts(10);
    await writeProject(directory);
    const deployment = new Deployment(directory, {
      members: [1, 2, 3].map((number, index) => ({
        name: `postgres${number}`,
        port: ports[index],
        managerPort: ports[index + 3],
      })),
      ports: { read: ports[6], write: ports[7], statistics: ports[8], prometheus: ports[9] },
      ...settings,
    });
    await deployment.#writeConfig();
    await deployment.mustRun("stack", "init", deployment.stack);
    return deployment;
  }

  /** Changes settings of the stack, as an edit of its configuration file would. */
  async set(settings: Record<string, unknown>): Promise<void> {
    Object.assign(this.#settings, settings);
    await this.#writeConfig(await this.#salt());
  }

  /** The configuration as the program gets it: keys with their namespace, values as text. */
  programConfig(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.#settings).map(([key, value]) => [
        `synfleet:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
  }

  /** The stack's own settings, without the name space. */
  settings(): Record<string, unknown> {
    return structuredClone(this.#settings);
  }

  /** Takes the place of all settings. */
  async replace(settings: Record<string, unknown>): Promise<void> {
    this.#settings = {};
    await this.set(settings);
  }

  /** The engine's command line, for tests that start it themselves. */
  command(...args: string[]): string[] {
    return [this.#engine.command, ...this.#engine.prefix, ...args, "--non-interactive"];
  }

  /** Hands the stack to another engine. */
  on(engine: Engine): this {
    this.#engine = engine;
    return this;
  }

  /** Environment and folder that the command line needs. */
  get place(): { env: NodeJS.ProcessEnv; cwd: string } {
    return { env: this.env, cwd: this.directory };
  }

  engine(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const [program, ...words] = this.command(...args);
    const all = { ...this.env, ...this.#engine.env, ...env };
    return run(program!, words, { env: all, cwd: this.directory });
  }

  async mustRun(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.engine(args);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  up(...args: string[]): Promise<string> {
    return this.mustRun("up", "--stack", this.stack, "--yes", "--skip-preview", ...args);
  }

  async outputs(): Promise<Outputs> {
    const text = await this.mustRun(
      "stack",
      "output",
      "--json",
      "--show-secrets",
      "--stack",
      this.stack,
    );
    return JSON.parse(text) as Outputs;
  }

  /** Removes what the stack made, and, should that fail, whatever carries its name. */
  async remove(): Promise<void> {
    try {
      await this.mustRun("destroy", "--stack", this.stack, "--yes", "--skip-preview");
    } finally {
      await removeLeftovers(this.prefix);
      await rm(this.directory, { recursive: true, force: true });
    }
  }

  async #writeConfig(extra: Record<string, string> = {}): Promise<void> {
    const config = Object.fromEntries(
      Object.entries(this.#settings).map(([key, value]) => [`synfleet:${key}`, value]),
    );
    await writeFile(this.#configFile, stringify({ ...extra, config }));
  }

  async #salt(): Promise<Record<string, string>> {
    const { encryptionsalt } = parse(await readFile(this.#configFile, "utf8")) as {
      encryptionsalt?: string;
    };
    return encryptionsalt ? { encryptionsalt } : {};
  }
}

/** The program as a project of its own folder, where the stack's configuration and state are kept. */
async function writeProject(directory: string): Promise<void> {
  const project = parse(await readFile(join(projectDirectory, "Pulumi.yaml"), "utf8")) as object;
  const main = relative(directory, join(projectDirectory, "index.ts"));
  await writeFile(
    join(directory, "Pulumi.yaml"),
    stringify({ ...project, main, backend: undefined }),
  );
}

/** Names of containers, networks and volumes that carry the fleet's label. */
export async function leftovers(prefix: string): Promise<string[]> {
  const filter = ["--filter", `label=org.synfleet.fleet=${prefix}`];
  const lists = await Promise.all([
    run("docker", ["ps", "--all", "--format", "container {{.Names}}", ...filter]),
    run("docker", ["network", "ls", "--format", "network {{.Name}}", ...filter]),
    run("docker", ["volume", "ls", "--format", "volume {{.Name}}", ...filter]),
  ]);
  return lists.flatMap(({ stdout }) => stdout.split("\n")).filter((line) => line !== "");
}

async function removeLeftovers(prefix: string): Promise<void> {
  for (const kind of ["container", "network", "volume"]) {
    const names = (await leftovers(prefix))
      .filter((line) => line.startsWith(`${kind} `))
      .map((line) => line.slice(kind.length + 1));
    const force = kind === "network" ? [] : ["--force"];
    if (names.length > 0) await run("docker", [kind, "rm", ...force, ...names]);
  }
}
