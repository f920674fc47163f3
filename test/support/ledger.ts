import { BETWEEN_ENTRIES_MS, pause } from "./pause.ts";
import { until } from "./until.ts";

/** A client that writes one entry after the other, each over a connection of its own, and keeps what it was told is kept. */
export class Ledger {
  readonly acknowledged: number[] = [];
  readonly #times: number[] = [];
  readonly #write: (id: number) => Promise<void>;
  readonly #done: Promise<void>;
  #stop = false;

  constructor(write: (id: number) => Promise<void>) {
    this.#write = write;
    this.#done = this.#run();
  }

  /** Ends when as many more entries were acknowledged. */
  async progress(count: number, seconds = 60): Promise<void> {
    const wanted = this.acknowledged.length + count;
    await until(
      `${count} more entries`,
      async () => (this.acknowledged.length >= wanted ? true : undefined),
      { seconds },
    );
  }

  /** The longest time between two acknowledgements while something happens, in seconds. */
  async gapDuring(event: () => Promise<unknown>): Promise<number> {
    await this.progress(20, 120);
    const first = this.#times.length - 1;
    await event();
    await this.progress(20, 120);
    const times = this.#times.slice(first);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    return Math.max(...gaps) / 1000;
  }

  async stop(): Promise<void> {
    this.#stop = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    for (let id = 1; !this.#stop; id += 1) {
      await this.#write(id).then(
        () => {
          this.acknowledged.push(id);
          this.#times.push(performance.now());
        },
        () => {},
      );
      await pause(BETWEEN_ENTRIES_MS);
    }
  }
}
