/** One write for all who ask at about the same time: whoever comes while one runs shares the next. */
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";

/** Preparing a write takes at most a fifth of the engine's own time, however large the state. */
const REST = 4;

export class SharedWrite {
  private readonly write: () => Promise<void>;
  /** Has not begun: it will hold what is there now. */
  private coming: Promise<void> | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private notBefore = 0;

  /** `write` takes its picture of the state before it first waits. */
  constructor(write: () => Promise<void>) {
    this.write = write;
  }

  /** Resolves when a write that began after this call is done; rejects when it failed. */
  request(): Promise<void> {
    this.coming ??= this.begin();
    return this.coming;
  }

  /** Waits for what was asked for. Who asked has been told of failures. */
  async settled(): Promise<void> {
    while (this.coming) await this.coming.catch(() => {});
    await this.last;
  }

  private async begin(): Promise<void> {
    // What is ready in this turn of the loop goes along.
    await Promise.all([this.last, turn()]);
    const rest = this.notBefore - performance.now();
    if (rest > 1) await sleep(rest);
    this.coming = undefined;
    const startedAt = performance.now();
    const written = this.write();
    const prepared = performance.now() - startedAt;
    this.last = written.then(
      () => (this.notBefore = performance.now() + REST * prepared),
      () => {},
    );
    return written;
  }
}
