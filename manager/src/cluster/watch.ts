import { errorText } from "../log.ts";
import { type Seen, unseen } from "./observation.ts";

/**
 * Looks at one peer, never twice at a time, so that a peer that hangs holds up nothing: a tick takes
 * what there is when its patience ends.
 */
export class Watch<T> {
  readonly #read: () => Promise<T>;
  readonly #now: () => number;
  #running: Promise<void> | undefined;
  #last: { seen: Seen<T>; atMs: number } | undefined;
  #generation = 0;

  constructor(read: () => Promise<T>, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** Looks again, unless a look is under way; waits for it up to `patienceMs`. */
  async look(patienceMs: number): Promise<void> {
    const running = (this.#running ??= this.#start());
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([running, patience]);
    clearTimeout(timer);
  }

  /** The last look, unless it is older than `maxAgeMs`. */
  latest(maxAgeMs: number): Seen<T> {
    if (this.#last === undefined) return unseen("no answer yet");
    const age = this.#now() - this.#last.atMs;
    return age <= maxAgeMs ? this.#last.seen : unseen(`no answer for ${Math.round(age / 1000)} s`);
  }

  /** Forgets what was seen: also a look under way, as it may have begun before now. */
  forget(): void {
    this.#generation++;
    this.#last = undefined;
    this.#running = undefined;
  }

  async #start(): Promise<void> {
    const generation = this.#generation;
    let seen: Seen<T>;
    try {
      seen = { ok: true, value: await this.#read() };
    } catch (error) {
      seen = unseen(errorText(error));
    }
    if (generation !== this.#generation) return;
    this.#last = { seen, atMs: this.#now() };
    this.#running = undefined;
  }
}
