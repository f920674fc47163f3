import type { Ended, Lab } from "./lab.ts";

/** Rows that every writer updates, so that most updates conflict with another member's. */
export const contested = 300;

const script = (number: number) => `\\set k random(1000001, ${1_000_000 + contested})
update things set n = n + 1, note = 'postgres${number} ' || clock_timestamp() where id = :k;
insert into things (note) values ('by postgres${number}');
insert into journal values ('postgres${number}');
`;

/** A client of one member that writes all the time, until it is stopped; a key that is given twice ends it with an error. */
export class Writer {
  readonly #lab: Lab;
  readonly #member: string;
  readonly #ended: Promise<Ended>;

  constructor(lab: Lab, number: number) {
    this.#lab = lab;
    this.#member = `postgres${number}`;
    const run =
      "rm -f /tmp/stop; cat >/tmp/write.sql; total=0; while [ ! -e /tmp/stop ]; do " +
      "pgbench -n -h /run/postgresql -U synfleet -c 2 -t 50 -f /tmp/write.sql synapsedb >/tmp/out 2>&1 || { cat /tmp/out >&2; exit 1; }; " +
      "total=$((total + 100)); done; echo $total";
    this.#ended = lab.try(
      ["exec", "--interactive", lab.name(this.#member), "bash", "-c", run],
      Buffer.from(script(number)),
    );
  }

  /** Ends it and tells how many transactions were acknowledged. */
  async stop(): Promise<number> {
    await this.#lab.docker(["exec", this.#lab.name(this.#member), "touch", "/tmp/stop"]);
    const { code, stdout, stderr } = await this.#ended;
    if (code !== 0) throw new Error(`the writer of ${this.#member} failed: ${stderr}`);
    return Number(stdout.trim());
  }
}
