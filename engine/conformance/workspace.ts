/** A case's own place in the world: program, backend, home. The stack is there and empty, whichever engine comes. */
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { existingSecrets } from "../src/secrets/passphrase.ts";
import type { Case, ConfigValue } from "./case.ts";
import type { Engine } from "./engines.ts";

const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));
const PASSPHRASE = "vector passphrase";
/** One salt for all stacks: the key is derived once a process of tests. */
const SALT = "v1:ZJURYFEP0M8=:v1:J59/b6mZ6OV58tlf:pESHdkqp3hRMRISE9B3wV0c+pIIplg==";
/** Of the first stack. */
const STACK = "dev";

export const caseSecrets = existingSecrets(SALT, { PULUMI_CONFIG_PASSPHRASE: PASSPHRASE });

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Workspace {
  readonly root = mkdtempSync(join(tmpdir(), "conformance-"));
  readonly program = join(this.root, "program");
  readonly eventLog = join(this.root, "events.jsonl");
  readonly project: string;
  private stack = STACK;
  private readonly config = new Map<string, { [key: string]: ConfigValue }>();

  constructor(testCase: Case) {
    cpSync(testCase.directory, this.program, { recursive: true });
    rmSync(join(this.program, "case.json"), { force: true });
    const yaml = readFileSync(join(this.program, "Pulumi.yaml"), "utf8");
    this.project = (parse(yaml) as { name: string }).name;
    writeFileSync(join(this.program, "package.json"), '{"private":true,"main":"index.js"}\n');
    symlinkSync(MODULES, join(this.root, "node_modules"));
    mkdirSync(join(this.root, "home"));
    mkdirSync(join(this.root, ".pulumi", "stacks", this.project), { recursive: true });
    writeFileSync(join(this.root, ".pulumi", "meta.yaml"), "version: 1\n");
    this.createStack();
  }

  private createStack(): void {
    const stack = `organization/${this.project}/${this.stack}`;
    writeFileSync(this.state, JSON.stringify({ version: 3, checkpoint: { stack } }));
  }

  /** From here on everything is about this stack, which is made when it is not there. */
  async select(stack: string): Promise<void> {
    this.stack = stack;
    if (existsSync(this.state)) return;
    this.createStack();
    await this.configure({});
  }

  get state(): string {
    return join(this.root, ".pulumi", "stacks", this.project, `${this.stack}.json`);
  }

  async configure(values: { readonly [key: string]: ConfigValue }): Promise<void> {
    const config = { ...this.config.get(this.stack), ...values };
    this.config.set(this.stack, config);
    const crypter = await caseSecrets.crypter();
    const lines = Object.entries(config).map(([key, value]) => {
      const name = key.includes(":") ? key : `${this.project}:${key}`;
      const secret = typeof value === "object" && "secret" in value ? value.secret : undefined;
      const sealed = secret === undefined ? value : { secure: crypter.encrypt(String(secret)) };
      return `  ${name}: ${JSON.stringify(sealed)}`;
    });
    writeFileSync(
      join(this.program, `Pulumi.${this.stack}.yaml`),
      [`encryptionsalt: ${SALT}`, ...(lines.length > 0 ? ["config:", ...lines] : []), ""].join(
        "\n",
      ),
    );
  }

  run(engine: Engine, args: readonly string[]): Promise<Finished> {
    if (engine.plugins && !existsSync(join(this.root, "home", "plugins")))
      symlinkSync(engine.plugins, join(this.root, "home", "plugins"));
    return this.spawn(engine.command, [...engine.prefix, ...args], engine.env);
  }

  shell(command: string): Promise<Finished> {
    return this.spawn("/bin/sh", ["-c", command], {});
  }

  private spawn(command: string, args: string[], env: Engine["env"]): Promise<Finished> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: this.program,
        env: {
          ...process.env,
          PULUMI_BACKEND_URL: `file://${this.root}`,
          PULUMI_HOME: join(this.root, "home"),
          PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
          PULUMI_STACK: this.stack,
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
    });
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
