import type pg from "pg";
import { pause } from "../../support/pause.ts";

/** A client that writes all the time, and remembers what it was told is committed, and when. */
export class Ledger {
  readonly acknowledged: number[] = [];
  readonly #times: number[] = [];
  readonly #connect: () => Promise<pg.Client>;
  readonly #table: string;
  #running = true;
  #done: Promise<void> = Promise.resolve();
  #next = 1;

  constructor(table: string, connect: () => Promise<pg.Client>) {
    this.#table = table;
    this.#connect = connect;
  }

  async start(): Promise<this> {
    const client = await this.#connect();
    await client.query(`create table ${this.#table} (id int primary key)`);
    this.#done = this.#write(client);
    return this;
  }

  /** Longest time between two commits, in seconds. */
  gap(): number {
    const gaps = this.#times.slice(1).map((time, index) => time - this.#times[index]!);
    return Math.round(Math.max(...gaps)) / 1000;
  }

  /** Ends when that many more are acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.acknowledged.length + count;
    const deadline = Date.now() + 90_000;
    while (this.acknowledged.length < wanted) {
      if (Date.now() > deadline) throw new Error("writes did not come back within 90 s");
      await pause(20);
    }
  }

  /** Stops writing; gives what was acknowledged and is not there. */
  async lost(): Promise<number[]> {
    this.#running = false;
    await this.#done;
    const client = await this.#connect();
    const { rows } = await client.query<{ id: number }>(`select id from ${this.#table}`);
    await client.end();
    const there = new Set(rows.map(({ id }) => id));
    return this.acknowledged.filter((id) => !there.has(id));
  }

  async #write(first: pg.Client): Promise<void> {
    let client: pg.Client | undefined = first;
    while (this.#running) {
      const id = this.#next++;
      try {
        client ??= await this.#connect();
        // A session whose server is gone without a word would wait for ever.
        await Promise.race([
          client.query(`insert into ${this.#table} values ($1)`, [id]),
          pause(3000).then(() => Promise.reject(new Error("no answer"))),
        ]);
        this.acknowledged.push(id);
        this.#times.push(performance.now());
        await pause(5);
      } catch {
        client?.end().catch(() => undefined);
        client = undefined;
        await pause(50);
      }
    }
    await client?.end().catch(() => undefined);
  }
}
