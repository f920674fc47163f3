/** One who writes on every member at once, past any balancer, and remembers what each of them acknowledged. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { until } from "../images/bench.ts";
import type { StreamingLab } from "./streaming.ts";

export interface Acknowledged {
  readonly member: string;
  /** When the member executed it, by the clock that all containers share; also its key. */
  readonly at: string;
}

/**
 * Ten times a second on each member, over a session inside of its container: one that a cut network does not end. Sorted
 * by when they were executed, not by when they were told: what is told after a freeze may be from before it.
 */
export class Rivals {
  readonly #acknowledged: Acknowledged[] = [];
  readonly #lab: StreamingLab;
  readonly #table: string;
  readonly #sessions = new Map<string, ChildProcess>();
  #running = true;

  constructor(lab: StreamingLab, table: string) {
    this.#lab = lab;
    this.#table = table;
  }

  async start(leader: string): Promise<this> {
    await this.#lab.ask(leader, `create table ${this.#table} (member text, at text)`);
    for (const member of this.#lab.members) this.#write(member);
    await until(async () => this.#acknowledged.length >= 3, "the leader to acknowledge directly");
    return this;
  }

  /** The members that acknowledged, each time another one did; and what is not there of what was acknowledged. */
  async stop(leader: string): Promise<{ order: string[]; lost: Acknowledged[] }> {
    this.#running = false;
    for (const session of this.#sessions.values()) session.kill();
    const sorted = [...this.#acknowledged].sort((a, b) => (a.at < b.at ? -1 : 1));
    const order = sorted
      .map(({ member }) => member)
      .filter((member, index, all) => member !== all[index - 1]);
    const kept = new Set(
      (await this.#lab.ask(leader, `select at from ${this.#table}`)).split("\n"),
    );
    return { order, lost: sorted.filter(({ at }) => !kept.has(at)) };
  }

  #write(member: string): void {
    const insert = `insert into ${this.#table} values ('${member}', to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDDHH24MISS.US') || ' ${member}') returning at`;
    // Ends when its server or its container does, or when nobody reads what it says any more.
    const script = `while sleep 0.1; do echo "${insert};" || exit; done | psql -XAtq -h /run/postgresql -U synfleet -d orders 2>/dev/null`;
    const session = spawn("docker", ["exec", this.#lab.bench.name(member), "sh", "-c", script], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#sessions.set(member, session);
    createInterface({ input: session.stdout! }).on("line", (line) => {
      if (/^\d{14}\./.test(line)) this.#acknowledged.push({ member, at: line });
    });
    session.on("exit", () => {
      if (this.#running) setTimeout(() => this.#running && this.#write(member), 500);
    });
  }
}
