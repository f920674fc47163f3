/** A stack of its own for a test: state, configuration and objects in a temporary folder, commands run in this process. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../cli/main.ts";
import { memoryProvider } from "./memory-provider.ts";

const PROGRAM = fileURLToPath(new URL("./program", import.meta.url));
/** Commands change the folder; a lab that is gone must not be where the next one starts. */
const HOME_FOLDER = process.cwd();
const MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));

// As main.ts does: the programs start twice as fast.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "synfleet-engine-lab-compiled");

/** One salt for all labs: the key is derived once a process, not once a stack. */
const PASSPHRASE = "vector passphrase";
const SALT = "v1:ZJURYFEP0M8=:v1:J59/b6mZ6OV58tlf:pESHdkqp3hRMRISE9B3wV0c+pIIplg==";

export interface Result {
  readonly code: number;
  readonly out: string;
}

export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  [key: string]: unknown;
}

export class Lab {
  readonly root = mkdtempSync(join(tmpdir(), "engine-lab-"));
  readonly objects = join(this.root, "objects");
  readonly program = join(this.root, "program");
  readonly state = join(this.root, ".pulumi", "stacks", "testing", "dev.json");
  readonly locks = join(this.root, ".pulumi", "locks", "organization", "testing", "dev");
  readonly env: NodeJS.ProcessEnv = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${this.root}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    PULUMI_HOME: join(this.root, "home"),
    CI: "true",
  };

  constructor() {
    cpSync(PROGRAM, this.program, { recursive: true });
    writeFileSync(join(this.program, "Pulumi.dev.yaml"), `encryptionsalt: ${SALT}\n`);
    symlinkSync(MODULES, join(this.root, "node_modules"));
  }

  async run(...argv: string[]): Promise<Result> {
    let out = "";
    const write = (text: string): void => void (out += text);
    try {
      const code = await main(["--cwd", this.program, ...argv], {
        env: this.env,
        terminal: { write, writeError: write, isTerminal: false },
        loadProvider: (pkg) => {
          if (pkg !== "memory") throw new Error(`no provider for ${pkg}`);
          return Promise.resolve(memoryProvider(this.objects));
        },
      });
      return { code, out };
    } finally {
      process.chdir(HOME_FOLDER);
    }
  }

  /** What the program registers from now on, as configuration of the stack. */
  declare(resources: readonly object[], more: Record<string, unknown> = {}): void {
    const path = join(this.program, "Pulumi.dev.yaml");
    let salt = "";
    try {
      salt = /^encryptionsalt:.*$/m.exec(readFileSync(path, "utf8"))?.[0] ?? "";
    } catch {
      // the stack is new
    }
    const config = Object.entries({ resources, ...more }).map(
      ([key, value]) => `  testing:${key}: ${JSON.stringify(value)}`,
    );
    writeFileSync(path, [salt, "config:", ...config, ""].filter((l, i) => i > 0 || l).join("\n"));
  }

  up(...flags: string[]): Promise<Result> {
    return this.run("up", "--yes", "--skip-preview", ...flags);
  }

  checkpoint(): { pending_operations?: unknown[]; resources?: StateResource[] } {
    const file = JSON.parse(readFileSync(this.state, "utf8")) as {
      checkpoint: { latest?: { resources?: StateResource[] } };
    };
    return file.checkpoint.latest ?? {};
  }

  resource(name: string): StateResource | undefined {
    return this.checkpoint().resources?.find((r) => r.urn.endsWith(`::${name}`));
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
