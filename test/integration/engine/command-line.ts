/** A project of its own whose program is given as text, run by the engine's real command line in processes of their own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Result } from "../../../engine/src/testing/lab.ts";

const ENGINE = fileURLToPath(new URL("../../../engine/src/main.ts", import.meta.url));
const MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const SALT = "v1:ZJURYFEP0M8=:v1:J59/b6mZ6OV58tlf:pESHdkqp3hRMRISE9B3wV0c+pIIplg==";

/** What the programs of tests are made of. */
const PRELUDE = `
const pulumi = require("@pulumi/pulumi");
class Resource extends pulumi.CustomResource {}
const text = (name, length = 5, options) =>
  new Resource("random:index/randomString:RandomString", name, { length }, options);
const command = (name, create, options) =>
  new Resource("command:local:Command", name, { create, stdout: undefined }, options);
`;

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
  /** What it has said so far. */
  said(): string;
}

export class CommandLine {
  readonly root = mkdtempSync(join(tmpdir(), "command-line-"));
  readonly state = join(this.root, ".pulumi", "stacks", "words", "dev.json");
  private readonly program = join(this.root, "program");
  readonly env: NodeJS.ProcessEnv = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${this.root}`,
    PULUMI_CONFIG_PASSPHRASE: "vector passphrase",
    PULUMI_HOME: join(this.root, "home"),
    PULUMI_STACK: "dev",
    NO_COLOR: "1",
  };

  constructor() {
    mkdirSync(this.program);
    symlinkSync(MODULES, join(this.root, "node_modules"));
    mkdirSync(join(this.root, ".pulumi", "stacks", "words"), { recursive: true });
    writeFileSync(join(this.root, ".pulumi", "meta.yaml"), "version: 1\n");
    const stack = "organization/words/dev";
    writeFileSync(this.state, JSON.stringify({ version: 3, checkpoint: { stack } }));
    writeFileSync(join(this.program, "Pulumi.yaml"), "name: words\nruntime: nodejs\n");
    writeFileSync(join(this.program, "Pulumi.dev.yaml"), `encryptionsalt: ${SALT}\n`);
    writeFileSync(join(this.program, "package.json"), '{"private":true,"main":"index.js"}\n');
  }

  /** The program from now on: JavaScript that may use what is above. */
  declare(body: string): void {
    writeFileSync(join(this.program, "index.js"), `${PRELUDE}\n${body}\n`);
  }

  start(...argv: string[]): Running {
    const child = spawn(process.execPath, [ENGINE, "--cwd", this.program, ...argv], {
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (out += text));
    const ended = once(child, "close").then(([code]) => ({ code: code as number, out }));
    return { child, ended, said: () => out };
  }

  run(...argv: string[]): Promise<Result> {
    return this.start(...argv).ended;
  }

  up(...flags: string[]): Promise<Result> {
    return this.run("up", "--yes", "--skip-preview", ...flags);
  }

  read(): string {
    return readFileSync(this.state, "utf8");
  }

  write(text: string): void {
    writeFileSync(this.state, text);
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
