/** A stack whose runs are killed: its program, its backend, and what Docker has of it. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { run, type Ended } from "../../../commands/support/process.ts";
import { StackFiles } from "../../../engine/src/state/backend.ts";
import type { RawCheckpoint } from "../../../engine/src/state/checkpoint.ts";

const PROGRAM = fileURLToPath(new URL("./killed-program", import.meta.url));
const ENGINE = fileURLToPath(new URL("../../../engine/src/main.ts", import.meta.url));
const MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const SALT = "v1:ZJURYFEP0M8=:v1:J59/b6mZ6OV58tlf:pESHdkqp3hRMRISE9B3wV0c+pIIplg==";
const TYPE = /^docker:index\/(container|network|volume):/;

export type Versions = Record<string, number>;

export class KilledLab {
  readonly prefix = `synfleet-killed-${randomBytes(4).toString("hex")}`;
  readonly root = mkdtempSync(join(tmpdir(), "killed-"));
  readonly program = join(this.root, "program");
  readonly files = new StackFiles({ url: "", root: this.root }, "killed", "dev");
  private readonly docker: Docker;
  private readonly image: string;
  private readonly env: NodeJS.ProcessEnv = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${this.root}`,
    PULUMI_CONFIG_PASSPHRASE: "vector passphrase",
    PULUMI_HOME: join(this.root, "home"),
    CI: "true",
  };

  constructor(docker: Docker, image: string) {
    this.docker = docker;
    this.image = image;
    cpSync(PROGRAM, this.program, { recursive: true });
    symlinkSync(MODULES, join(this.root, "node_modules"));
    this.configure({});
  }

  configure(versions: Versions): void {
    const { prefix, image } = this;
    const config = Object.entries({ prefix, image, versions });
    const lines = config.map(([key, value]) => `  killed:${key}: ${JSON.stringify(value)}`);
    writeFileSync(
      join(this.program, "Pulumi.dev.yaml"),
      [`encryptionsalt: ${SALT}`, "config:", ...lines, ""].join("\n"),
    );
  }

  private argv = (...words: string[]): string[] => [ENGINE, "--cwd", this.program, ...words];
  private words = (command: string): string[] =>
    this.argv(command, "--stack", "dev", "--yes", "--skip-preview");

  run(...words: string[]): Promise<Ended> {
    return run(process.execPath, this.argv(...words), { env: this.env });
  }

  /** An up or destroy to its end. */
  whole(command: string): Promise<Ended> {
    return run(process.execPath, this.words(command), { env: this.env });
  }

  start(command: string): ChildProcess {
    return spawn(process.execPath, this.words(command), {
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** kill -9 of the engine, and with `all` of its program at the same moment. */
  async kill(engine: ChildProcess, all: boolean): Promise<void> {
    const ended = once(engine, "exit");
    engine.kill("SIGKILL");
    if (all) for (const pid of this.programs()) process.kill(pid, "SIGKILL");
    await ended;
  }

  /** Processes of the program that still run. */
  programs(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`--pwd=${this.program}`);
        } catch {
          return false;
        }
      })
      .map(Number);
  }

  /** Refuses what the engine would refuse. */
  state(): Promise<RawCheckpoint> {
    return this.files.loadExisting();
  }

  hasLock(): boolean {
    try {
      return readdirSync(this.files.locks).length > 0;
    } catch {
      return false;
    }
  }

  /** What state says there is. */
  async known(): Promise<string[]> {
    const { deployment } = await this.state();
    return (deployment?.resources ?? [])
      .flatMap(({ type, id }) => {
        const kind = TYPE.exec(String(type))?.[1];
        return kind === undefined ? [] : [`${kind} ${String(id)}`];
      })
      .sort();
  }

  /** What there is. */
  async real(): Promise<string[]> {
    const filters = { label: [`synfleet.test=${this.prefix}`] };
    const [containers, networks, { Volumes: volumes }] = await Promise.all([
      this.docker.listContainers({ all: true, filters }),
      this.docker.listNetworks({ filters }),
      this.docker.listVolumes({ filters }),
    ]);
    return [
      ...containers.map(({ Id }) => `container ${Id}`),
      ...networks.map(({ Id }) => `network ${Id}`),
      ...volumes.map(({ Name }) => `volume ${Name}`),
    ].sort();
  }

  async running(): Promise<number> {
    const filters = { label: [`synfleet.test=${this.prefix}`] };
    return (await this.docker.listContainers({ filters })).length;
  }

  async dispose(): Promise<void> {
    for (const object of await this.real()) {
      const [kind, id] = object.split(" ") as [string, string];
      // The daemon may still be at what a killed run asked of it.
      if (kind === "container")
        await this.docker
          .getContainer(id)
          .remove({ force: true, v: true })
          .catch(() => {});
      if (kind === "network") await this.docker.getNetwork(id).remove();
      if (kind === "volume") await this.docker.getVolume(id).remove();
    }
    rmSync(this.root, { recursive: true, force: true });
  }
}
