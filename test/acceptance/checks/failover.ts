import { describe, expect, test } from "vitest";
import { BETWEEN_ENTRIES_MS, pause } from "../../support/pause.ts";
import { until } from "../../support/until.ts";
import { ask, members, readUrl, whole, writeUrl, type Fleet } from "./fleet.ts";

interface Write {
  readonly id: string;
  readonly acknowledgedAt: number;
}

/**
 * A client that writes and reads through the balancer all the while, with a new connection each time, and
 * notes what was acknowledged and how long it went without.
 */
class Prober {
  readonly acknowledged: Write[] = [];
  longestWriteGapMs = 0;
  longestReadGapMs = 0;
  /** What clients were told while they went without, for whoever has to find out why it took so long. */
  readonly refusals: string[] = [];
  #stopped = false;
  readonly #done: Promise<unknown>;

  constructor(fleet: Fleet, label: string) {
    this.#done = Promise.all([this.#write(fleet, label), this.#read(fleet)]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #write(fleet: Fleet, label: string): Promise<void> {
    let last = Date.now();
    for (let n = 0; !this.#stopped; n++) {
      const id = `${label} ${n}`;
      try {
        await ask(fleet, writeUrl(fleet), "insert into journal values ($1)", [id]);
        this.acknowledged.push({ id, acknowledgedAt: Date.now() });
        this.longestWriteGapMs = Math.max(this.longestWriteGapMs, Date.now() - last);
        last = Date.now();
        await pause(BETWEEN_ENTRIES_MS);
      } catch (error) {
        await this.#refused("write", error);
      }
    }
    this.longestWriteGapMs = Math.max(this.longestWriteGapMs, Date.now() - last);
  }

  async #read(fleet: Fleet): Promise<void> {
    let last = Date.now();
    while (!this.#stopped) {
      try {
        await ask(fleet, readUrl(fleet), "select count(*) from journal");
        const gapMs = Date.now() - last;
        if (gapMs > 5000)
          this.refusals.push(`${new Date().toISOString()} read: ${gapMs} ms without`);
        this.longestReadGapMs = Math.max(this.longestReadGapMs, gapMs);
        last = Date.now();
        await pause(BETWEEN_ENTRIES_MS);
      } catch (error) {
        await this.#refused("read", error);
      }
    }
    this.longestReadGapMs = Math.max(this.longestReadGapMs, Date.now() - last);
  }

  /** Waits a little, so that a client that is refused does not take the processor it waits for. */
  async #refused(what: string, error: unknown): Promise<void> {
    this.refusals.push(`${new Date().toISOString()} ${what}: ${(error as Error).message}`);
    await pause(50);
  }
}

const LIMIT_MS = 10_000;

export interface FailoverOptions {
  /** What `kill` does to a member. @default "killed" */
  readonly how?: string;
  /** Members that are lost, one after the other. @default every one */
  readonly lost?: readonly string[];
}

/** The loss of any one node, and its return. */
export function failoverChecks(
  fleet: () => Fleet,
  { how = "killed", lost = members }: FailoverOptions = {},
): void {
  describe.each(
    members.map((name, index) => ({ name, index })).filter(({ name }) => lost.includes(name)),
  )(`when $name is ${how}`, ({ name, index }) => {
    test("reads go on, writes move within 10 s, and it comes back with all that was acknowledged", async () => {
      const nodes = fleet().nodes;
      // A member that has just come back is not admitted at once; to lose another then would be to lose two.
      await whole(fleet());
      await ask(
        fleet(),
        writeUrl(fleet()),
        "create table if not exists journal (id text primary key)",
      );
      for (const url of nodes) {
        await until("table", async () => {
          const [row] = await ask(fleet(), url, "select to_regclass('journal') as found");
          return row?.["found"] ? true : undefined;
        });
      }
      const prober = new Prober(fleet(), `${name} ${how}`);
      await until("first writes", async () => (prober.acknowledged.length > 20 ? true : undefined));
      // Rows that the other nodes have before the node dies: these must not be lost under any circumstances.
      const before = prober.acknowledged.at(-1)!;
      const survivor = nodes[(index + 1) % nodes.length]!;
      await until("a row on a survivor", async () => {
        const rows = await ask(fleet(), survivor, "select from journal where id = $1", [before.id]);
        return rows.length === 1 ? true : undefined;
      });

      await fleet().kill(name);
      const killedAt = Date.now();
      await until("writes after the loss", async () =>
        prober.acknowledged.filter(({ acknowledgedAt }) => acknowledgedAt > killedAt + 500).length >
        20
          ? true
          : undefined,
      );
      await fleet().start(name);
      await until(
        "the node admitted again",
        async () => {
          const [row] = await ask<{ count: number }>(
            fleet(),
            nodes[index]!,
            "select count(*)::int from journal",
          );
          return row && row.count >= prober.acknowledged.length - 5 ? true : undefined;
        },
        { seconds: 120 },
      );
      await prober.stop();
      const told = `${prober.refusals.join("\n")}\n${(await fleet().logs("balancer")).slice(-3000)}\n`;
      expect(prober.longestReadGapMs, told).toBeLessThan(LIMIT_MS);
      expect(prober.longestWriteGapMs, told).toBeLessThan(LIMIT_MS);

      const expected = prober.acknowledged.map(({ id }) => id);
      for (const url of nodes) {
        const missing = await until("every acknowledged row", async () => {
          const rows = await ask<{ id: string }>(
            fleet(),
            url,
            "select id from unnest($1::text[]) as id where id not in (select id from journal)",
            [expected],
          );
          return rows.length === 0 ? rows : undefined;
        });
        expect(missing).toEqual([]);
      }
    });
  });
}
