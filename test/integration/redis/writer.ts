import { pause } from "../../support/pause.ts";
import { RedisClient, type RedisAddress } from "../../support/redis.ts";
import { until } from "../images/bench.ts";

/** Writes all the while, and keeps a ledger of what was acknowledged. */
export class Writer {
  readonly acknowledged: number[] = [];
  /** Longest time between two acknowledged writes, in milliseconds. */
  longestGapMs = 0;
  readonly #address: RedisAddress;
  readonly #replicas: number;
  #stopped = false;
  readonly #ended: Promise<void>;

  /** @param replicas how many replicas must have a write before it counts; 0 leaves that to the server. */
  constructor(address: RedisAddress, replicas: number) {
    this.#address = address;
    this.#replicas = replicas;
    this.#ended = this.#run();
  }

  static async started(address: RedisAddress, replicas: number): Promise<Writer> {
    const writer = new Writer(address, replicas);
    await writer.more(20);
    writer.longestGapMs = 0;
    return writer;
  }

  /** Ends when that many more writes were acknowledged. */
  async more(count: number): Promise<void> {
    const enough = this.acknowledged.length + count;
    await until(
      async () => this.acknowledged.length >= enough,
      `${count} more acknowledged writes`,
      60_000,
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ended;
  }

  /** Acknowledged writes that are not there any more. */
  async lost(): Promise<number[]> {
    const client = await RedisClient.open(this.#address);
    const found = await Promise.all(
      this.acknowledged.map((id) => client.send("GET", `ledger:${id}`)),
    );
    client.close();
    return this.acknowledged.filter((id, index) => found[index] !== String(id));
  }

  async #run(): Promise<void> {
    let client: RedisClient | undefined;
    let last = Date.now();
    for (let id = 1; !this.#stopped; id++) {
      try {
        client ??= await RedisClient.open(this.#address, 1000);
        await within(1500, client.send("SET", `ledger:${id}`, id));
        if (this.#replicas > 0) {
          const having = await within(1500, client.send("WAIT", this.#replicas, 1000));
          if (Number(having) < this.#replicas) continue;
        }
        this.acknowledged.push(id);
        this.longestGapMs = Math.max(this.longestGapMs, Date.now() - last);
        last = Date.now();
      } catch {
        client?.close();
        client = undefined;
      }
      await pause(5);
    }
    client?.close();
  }
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
