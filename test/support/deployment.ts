import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parse, stringify } from "yaml";
import { projectDirectory } from "../../commands/support/paths.ts";
import { run, type Ended } from "../../commands/support/process.ts";
import type { Outputs } from "../../commands/support/stack.ts";
import { offline, type Engine } from "../../engine/conformance/engines.ts";
import { isMiscount, removeLeftovers } from "./leftovers.ts";
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
    await writeProject(directory);
    const ports = ownPorts(settings, await freePorts(10));
    const deployment = new Deployment(directory, { ...ports, ...settings });
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

  /** Removes what the stack made; a network that Docker has miscounted, and will not remove, is left and forgiven. */
  async destroy(...args: string[]): Promise<void> {
    const words = ["destroy", "--stack", this.stack, "--yes", "--skip-preview", ...args];
    const { code, stdout, stderr } = await this.engine(words);
    if (code === 0 || isMiscount(stdout)) return;
    throw new Error(`destroy ended with ${code}:\n${stdout}\n${stderr}`);
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
      await this.destroy();
    } finally {
      await removeLeftovers(this.prefix);
      await this.forget();
    }
  }

  /** Removes its files alone: what it made goes with the machines that it made it on. */
  async forget(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
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

/** Settings that keep a system off the ports of others. */
function ownPorts(
  { system, topology }: Record<string, unknown>,
  ports: readonly number[],
): Record<string, unknown> {
  const shared = { read: ports[0], write: ports[1], statistics: ports[2], prometheus: ports[3] };
  switch (system) {
    case "synap":
      return { ports: shared };
    case "synaxic":
      return { ports: { ...shared, http: ports[4], https: ports[5], redis: ports[6] } };
    default:
      // On several hosts a member has its host for itself, and with it the ports.
      if (topology === "several-hosts") return { ports: shared };
      return {
        ports: shared,
        members: [1, 2, 3].map((number) => ({
          name: `postgres${number}`,
          port: ports[3 + number],
          managerPort: ports[6 + number],
        })),
      };
  }
}

/** The program as a project of its own folder, where the stack's configuration and state are kept. */
async function writeProject(directory: string): Promise<void> {
  const text = await readFile(join(projectDirectory, "Pulumi.yaml"), "utf8");
  // The only paths in it are those of plugins, and they are the project's.
  const project = parse(text, (key: unknown, value: unknown) =>
    key === "path" ? join(projectDirectory, String(value)) : value,
  ) as object;
  const main = relative(directory, join(projectDirectory, "index.ts"));
  await writeFile(
    join(directory, "Pulumi.yaml"),
    stringify({ ...project, main, backend: undefined }),
  );
}
