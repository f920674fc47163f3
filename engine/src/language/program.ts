/**
 * The process that runs the user's program under the SDK's own `cmd/run`. It is started before anything else, and its calls
 * wait on an open socket until the engine behind it is ready: loading the two then takes the time of the slower one.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { EngineError } from "../errors.ts";
import type { Config } from "../project/config.ts";
import type { Project } from "../project/project.ts";

/** A listening socket whose connections are kept for a gRPC server that comes later. */
export class Doorway {
  readonly address: string;
  private readonly server: ReturnType<typeof createServer>;
  private readonly sockets: Socket[] = [];
  private handler: ((socket: Socket) => void) | undefined;

  private constructor(server: ReturnType<typeof createServer>) {
    this.server = server;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (socket) => {
      if (this.handler) this.handler(socket);
      else this.sockets.push(socket);
    });
  }

  static async open(): Promise<Doorway> {
    const server = createServer({ noDelay: true, pauseOnConnect: false });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return new Doorway(server);
  }

  handOver(handler: (socket: Socket) => void): void {
    this.handler = handler;
    for (const socket of this.sockets.splice(0)) handler(socket);
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

export interface ProgramOptions {
  readonly project: Project;
  readonly stack: string;
  readonly config: Config;
  readonly preview: boolean;
  readonly parallel: number;
  readonly address: string;
  /** Whether anybody reads what the SDK says for debugging. */
  readonly debugging: boolean;
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
}

export interface Program {
  readonly process: ChildProcess;
  /** Exit code; a signal counts as failure. */
  readonly exited: Promise<number>;
  kill(): void;
  /** Gives it a moment to exit, then ends it. */
  gone(): Promise<void>;
}

const EXIT_MILLISECONDS = 150;

/** The SDK says that it has shown the error itself. */
export const ALREADY_SHOWN = 32;

const [noSourceMaps, noDebugLog] = ["./no-source-maps.mjs", "./no-debug-log.mjs"].map(
  (path) => new URL(path, import.meta.url).href,
) as [string, string];

/** Whether Node itself runs the program's TypeScript, by leaving out the types. */
function isStripped(project: { readonly typescript: boolean; readonly main: string }): boolean {
  return !project.typescript && /\.m?ts$/.test(project.main);
}

export function startProgram(options: ProgramOptions): Program {
  const { project, config } = options;
  const secretKeys = [...config].filter(([, v]) => v.secret).map(([key]) => key);
  const child = spawn(
    process.execPath,
    [
      ...project.nodeArguments,
      ...(isStripped(project) ? ["--import", noSourceMaps] : []),
      ...(options.debugging ? [] : ["--import", noDebugLog]),
      resolveSdk(project, "@pulumi/pulumi/cmd/run"),
      `--monitor=${options.address}`,
      `--engine=${options.address}`,
      "--organization=organization",
      `--project=${project.name}`,
      `--root-directory=${project.root}`,
      `--stack=${options.stack}`,
      `--pwd=${project.pwd}`,
      ...(options.preview ? ["--dry-run"] : []),
      `--parallel=${options.parallel}`,
      project.main,
    ],
    {
      cwd: project.pwd,
      // Not in the terminal's process group: Ctrl-C is for the engine, which ends the program when it is time.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
        PULUMI_CONFIG: JSON.stringify(
          Object.fromEntries([...config].map(([key, v]) => [key, v.text])),
        ),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
      },
    },
  );
  createInterface(child.stdout).on("line", (line) => options.onLine(line, "stdout"));
  createInterface(child.stderr).on("line", (line) => options.onLine(line, "stderr"));
  const exited = new Promise<number>((resolve) => {
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });
  const kill = (): void => {
    if (child.exitCode === null) child.kill("SIGKILL");
  };
  return {
    process: child,
    exited,
    kill,
    async gone() {
      const timer = setTimeout(kill, EXIT_MILLISECONDS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The SDK of the project, not of the engine: both must be one copy for the program's own imports. */
export function resolveSdk(project: { readonly pwd: string }, path: string): string {
  try {
    return createRequire(join(project.pwd, "index.js")).resolve(path);
  } catch {
    throw new EngineError(
      `It looks like the Pulumi SDK has not been installed in ${project.pwd}: run \`npm install\` there`,
    );
  }
}
