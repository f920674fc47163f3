import { expect, test } from "vitest";
import { Ledger } from "../../../support/ledger.ts";
import { until } from "../../../support/until.ts";
import { Writer, type Site } from "./site.ts";

export interface FullDisk {
  readonly site: Site;
  /** Takes all room of the first member. */
  readonly fill: () => Promise<void>;
  /** Gives it room again. */
  readonly free: () => Promise<void>;
}

/** No room any more for what leads, of PostgreSQL and of Redis, and a member of etcd. */
export function fullDiskChecks(what: string, given: () => FullDisk): void {
  test(`${what} that is full costs nothing that was acknowledged, and all on it comes back by itself`, async () => {
    const { site, fill, free } = given();
    const [full] = site.members;
    await site.inStep();
    await site.sql(
      "write",
      "create table if not exists test (id serial primary key, message text)",
    );
    if ((await site.leader()) !== full) await site.containers.mustCommand("switchover", full!);
    if ((await redisPrimary(site)) !== full)
      await site.containers.mustCommand("switchover", full!, "--service", "redis");
    await site.inStep();
    const rows = new Writer(site, "disk full");
    const keys = redisLedger(site);
    await Promise.all([rows.progress(20), keys.progress(20)]);

    await fill();
    await until("others to lead", async () =>
      (await site.leader()) !== full && (await redisPrimary(site)) !== full ? true : undefined,
    );
    await Promise.all([rows.progress(50), keys.progress(50)]);

    await free();
    await until(
      "all to be well by itself",
      async () => (await site.containers.command("status")).code === 0 || undefined,
      { seconds: 240 },
    );
    await site.inStep();
    await Promise.all([rows.progress(20), keys.progress(20)]);
    expect(await rows.lost()).toEqual([]);
    await keys.stop();
    expect(await missing(site, keys.acknowledged)).toEqual([]);
  });
}

async function redisPrimary(site: Site): Promise<string> {
  const primaries: string[] = [];
  for (const member of site.members) {
    const { stdout } = await site.containers.exec(`redis-${member}`, "/usr/local/bin/state");
    // One that was replaced, and does not know it yet, cannot write.
    if (/^role:master$/m.test(stdout) && /^aof_last_write_status:ok$/m.test(stdout))
      primaries.push(member);
  }
  if (primaries.length !== 1) throw new Error(`primaries of Redis: ${primaries.join(", ")}`);
  return primaries[0]!;
}

/** Keys one after the other, each of which a replica has confirmed. */
function redisLedger(site: Site): Ledger {
  return new Ledger(async (id) => {
    const client = await site.redis();
    try {
      await client.set(`disk full ${id}`, id);
      if ((await client.wait(1, 1000)) < 1) throw new Error("no replica has it");
    } finally {
      client.destroy();
    }
  });
}

async function missing(site: Site, ids: readonly number[]): Promise<number[]> {
  const client = await site.redis();
  const values = await client.mGet(ids.map((id) => `disk full ${id}`));
  client.destroy();
  return ids.filter((id, index) => values[index] !== String(id));
}
