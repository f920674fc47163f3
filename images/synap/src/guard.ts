/** HAProxy in front of the server: TLS, who may come in, and what may be asked of this member in its present role. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { errorText } from "./log.ts";
import { paths, runDirectory } from "./settings.ts";

/** `closed` lets nothing through but health and metrics, `full` reads as well: a master that has no room for writes. */
export type Mode = "closed" | "replica" | "full" | "master";

export class Guard {
  readonly #onEnd: (how: string) => void;
  #child: ChildProcess | undefined;
  #mode: Mode = "closed";
  #key = "none";
  #made = "";

  constructor(onEnd: (how: string) => void) {
    this.#onEnd = onEnd;
  }

  start(): void {
    mkdirSync(runDirectory, { recursive: true });
    this.#write();
    this.#made = this.#fingerprint();
    const child = spawn("haproxy", ["-db", "-f", paths.guard], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const ended = (how: string) => {
      if (this.#child === child) this.#onEnd(how);
    };
    child.once("exit", (code, signal) => ended(String(signal ?? code)));
    child.once("error", (error) => ended(error.message));
    this.#child = child;
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** Holds for every request that comes after this has ended. The key is the server's, for requests by the root user. */
  async set(mode: Mode, key = this.#key): Promise<void> {
    if (mode === this.#mode && key === this.#key) return;
    this.#mode = mode;
    this.#key = key;
    this.#write();
    await this.#tell();
  }

  /**
   * A new process when rules or certificates have changed. Not HAProxy's own reload: its old process would keep the old
   * mode for the connections that it has, and a client could write to what is a replica by then.
   */
  async reload(): Promise<void> {
    if (this.#made === this.#fingerprint()) return;
    await promisify(execFile)("haproxy", ["-c", "-q", "-f", paths.guard]).catch(
      (error: { stderr?: string }) => {
        throw new Error(`the guard's configuration is refused: ${(error.stderr ?? "").trim()}`);
      },
    );
    await this.stop();
    this.start();
    await this.#tell();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }

  /** The file is what HAProxy reads at its start, the command what it takes while it runs. */
  #write(): void {
    writeFileSync(paths.key, `key ${this.#key}\n`);
    writeFileSync(paths.mode, `mode ${this.#mode}\n`);
  }

  async #tell(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await ask(`set map ${paths.key} key ${this.#key}`);
        await ask(`set map ${paths.mode} mode ${this.#mode}`);
        return;
      } catch (error) {
        if (attempt === 100)
          throw new Error(`the guard does not take its mode: ${errorText(error)}`, {
            cause: error,
          });
        await sleep(50);
      }
    }
  }

  #fingerprint(): string {
    const files = [
      paths.guard,
      ...["ca.crt", "node.crt", "node.key"].map((file) => `${paths.tls}/${file}`),
    ];
    return files.map((file) => readFileSync(file, "utf8")).join("\0");
  }
}

function ask(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(paths.guardSocket, () => socket.write(`${command}\n`));
    let answer = "";
    socket.setEncoding("utf8").on("data", (part: string) => (answer += part));
    socket.setTimeout(3000, () => socket.destroy(new Error("no answer within 3 s")));
    socket.on("error", reject);
    socket.on("close", () =>
      answer.trim() === "" ? resolve(answer) : reject(new Error(answer.trim())),
    );
  });
}
