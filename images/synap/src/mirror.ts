/**
 * A replica's copy of the master's log, byte by byte as it is written. It is what a replica starts from, and what it
 * becomes master with: nothing has to be asked of a server for that, and nothing that is in the log is left out.
 */
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorText, say } from "./log.ts";
import { jsonOf, type Peers } from "./peers.ts";
import { paths } from "./settings.ts";
import { digestBefore, trim } from "./wal.ts";

export class Mirror {
  readonly #peers: Peers;
  readonly #grown: () => void;
  #master: string | undefined;
  #stop: AbortController | undefined;
  #loop: Promise<void> = Promise.resolve();
  /** Bytes that are here and belong to the log of the master that is followed; undefined until that is known. */
  size: number | undefined;

  constructor(peers: Peers, grown: () => void) {
    this.#peers = peers;
    this.#grown = grown;
  }

  get following(): string | undefined {
    return this.#master;
  }

  follow(master: string): void {
    if (master === this.#master) return;
    const before = this.#halt();
    this.#master = master;
    const stop = new AbortController();
    this.#stop = stop;
    this.#loop = before.then(() => this.#run(master, stop.signal));
  }

  /** Ends when nothing is written any more. */
  async stop(): Promise<void> {
    await this.#halt();
  }

  #halt(): Promise<void> {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#master = undefined;
    this.size = undefined;
    return this.#loop;
  }

  async #run(master: string, signal: AbortSignal): Promise<void> {
    let told = "";
    while (!signal.aborted) {
      try {
        await this.#copy(master, signal);
        continue;
      } catch (error) {
        const reason = errorText(error);
        if (!signal.aborted && reason !== told)
          say("warn", "the log is not copied", { master, reason });
        told = reason;
      }
      if (!signal.aborted) await sleep(200);
    }
  }

  async #copy(master: string, signal: AbortSignal): Promise<void> {
    mkdirSync(dirname(paths.log), { recursive: true });
    const here = existsSync(paths.log) ? statSync(paths.log).size : 0;
    const response = await this.#peers.log(master, here, await digestBefore(paths.log, here));
    if (response.statusCode === 409) {
      response.resume();
      // A copy of what a crash left of an entry, which the master has cut off; or data that the master does not have,
      // written here under another master.
      const { torn, damage } = await trim(paths.log);
      if (torn === 0 || damage) setAside(`not the beginning of the log of ${master}`);
      return this.#copy(master, signal);
    }
    if (response.statusCode !== 200) await jsonOf(response, master);
    const end = () => response.destroy();
    signal.addEventListener("abort", end);
    const file = await open(paths.log, "a", 0o600);
    let dirty = false;
    const flush = setInterval(() => {
      if (dirty) void file.datasync().catch(() => undefined);
      dirty = false;
    }, 200);
    try {
      this.size = here;
      this.#grown();
      for await (const part of response as AsyncIterable<Buffer>) {
        if (signal.aborted) break;
        await file.appendFile(part);
        dirty = true;
        this.size += part.length;
        this.#grown();
      }
    } finally {
      clearInterval(flush);
      signal.removeEventListener("abort", end);
      await file.datasync();
      await file.close();
    }
  }
}

/** Moves this member's data out of the way, to stay until somebody removes it. */
export function setAside(reason: string): void {
  if (!existsSync(paths.home)) return;
  mkdirSync(paths.aside, { recursive: true });
  const target = join(paths.aside, new Date().toISOString().replaceAll(":", "-"));
  renameSync(paths.home, target);
  mkdirSync(dirname(paths.log), { recursive: true });
  say("warn", "data set aside; remove it when nobody needs it", { directory: target, reason });
}
