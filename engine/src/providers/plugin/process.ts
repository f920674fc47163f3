/**
 * The process of a plugin: it tells its port in its first line, and is ended with all that it started. It has a process group of its
 * own, so that Ctrl-C is for the engine; its standard input stays open as long as the engine lives.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { EngineError } from "../../errors.ts";
import { Uncertain } from "../../provider.ts";
import type { PluginCommand } from "./command.ts";

export interface PluginTimes {
  /** Until the line with the port. */
  readonly startSeconds: number;
  /** Between being asked to end and being ended. */
  readonly endSeconds: number;
}

export const TIMES: PluginTimes = { startSeconds: 60, endSeconds: 5 };
/** What is kept of its output for the day that it dies. */
const LAST_LINES = 20;

/** The plugin has ended while it was needed: what it was doing is not known. */
export class PluginDied extends Uncertain {}

export class PluginProcess {
  readonly port: Promise<number>;
  /** Resolves with how it ended, in words, when all of its output is read. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private readonly path: string;
  private readonly name: string;
  private readonly times: PluginTimes;
  private readonly lines: string[] = [];
  private stopping: Promise<void> | undefined;
  private how: string | undefined;

  constructor(
    command: PluginCommand,
    address: string,
    place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
    times: PluginTimes = TIMES,
  ) {
    this.name = command.name;
    this.path = command.path;
    this.times = times;
    this.child = spawn(command.command, [...command.arguments, address], {
      cwd: place.cwd,
      env: { ...place.env, ...command.env },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    // It may end before it reads what nobody writes.
    this.child.stdin!.on("error", () => {});
    remember(this);
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.how ??= how;
        resolve(this.how);
      };
      this.child.on("error", (error) => end(`could not be started: ${error.message}`));
      this.child.on("close", (code, signal) =>
        end(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
      );
    });
    // At once, while the number of its group cannot be another's.
    void this.ended.then(() => {
      this.kill();
      forget(this);
    });
    createInterface(this.child.stderr!).on("line", (line) => this.keep(line));
    this.port = this.readPort();
    // Who does not wait for the port hears of it by the calls that fail.
    this.port.catch(() => {});
  }

  get hasEnded(): boolean {
    return this.how !== undefined;
  }

  /** An error that says what happened to it, with its last lines. */
  died(during: string): PluginDied {
    return new PluginDied(this.told(`${this.how ?? "stopped answering"} ${during}`));
  }

  /** Asks it to end, and ends it when it does not; at last also whatever it started. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  kill(): void {
    this.signal("SIGKILL");
  }

  private async end(): Promise<void> {
    if (this.hasEnded) return;
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.kill(), this.times.endSeconds * 1000);
    await this.ended;
    clearTimeout(timer);
  }

  /** To its whole group. */
  private signal(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone.
    }
  }

  private readPort(): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new EngineError(this.told(why)));
      };
      const { startSeconds } = this.times;
      const timer = setTimeout(
        () => fail(`did not tell its port within ${startSeconds} s`),
        startSeconds * 1000,
      );
      let isFirst = true;
      createInterface(this.child.stdout!).on("line", (line) => {
        if (!isFirst) return this.keep(line);
        isFirst = false;
        const port = Number(line.trim());
        if (!/^\d+$/.test(line.trim()) || port < 1 || port > 65535)
          return fail(
            `wrote "${line}" as the first line of its output; expected is the port that it listens on, 1 to 65535`,
          );
        clearTimeout(timer);
        resolve(port);
      });
      void this.ended.then((how) => fail(`${how} before it told its port`));
    });
  }

  private keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > LAST_LINES) this.lines.shift();
  }

  private told(what: string): string {
    const said =
      this.lines.length > 0
        ? `its last lines:\n${this.lines.map((line) => `  ${line}`).join("\n")}`
        : "it wrote nothing else";
    return `the plugin ${this.name} (${this.path}) ${what}; correct it, then run again; ${said}`;
  }
}

const living = new Set<PluginProcess>();
const killAll = (): void => {
  for (const plugin of living) plugin.kill();
};

/** However the engine ends, as long as it can do anything at all, no plugin stays behind. */
function remember(plugin: PluginProcess): void {
  if (living.size === 0) process.on("exit", killAll);
  living.add(plugin);
}

function forget(plugin: PluginProcess): void {
  living.delete(plugin);
  if (living.size === 0) process.off("exit", killAll);
}
