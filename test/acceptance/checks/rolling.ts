import { expect, test } from "vitest";
import type { Deployment } from "../../support/deployment.ts";
import { BETWEEN_ENTRIES_MS, pause } from "../../support/pause.ts";
import { until } from "../../support/until.ts";
import type { Containers } from "./containers.ts";
import { ask, writeUrl, type Fleet } from "./fleet.ts";

/** Changes of SynapseDB's settings: what can be reloaded is, and what cannot goes through the nodes one at a time. */
export function rollingChecks(
  of: () => { deployment: Deployment; containers: Containers; fleet: Fleet },
): void {
  const fleet = () => of().fleet;

  test("a setting that can be reloaded is, without a restart of anything", async () => {
    const before = await of().containers.startTimes();
    await of().deployment.set({ postgres: { workMemMiB: 16 } });
    await of().deployment.up();
    expect(await of().containers.startTimes()).toEqual(before);
    for (const url of fleet().nodes) {
      expect(await ask(fleet(), url, "show work_mem")).toEqual([{ work_mem: "16MB" }]);
    }
  });

  test("one that needs a restart restarts the nodes one at a time, and the write endpoint goes on", async () => {
    const before = await of().containers.startTimes();
    await ask(
      fleet(),
      writeUrl(fleet()),
      "create table if not exists rolling (id text primary key)",
    );
    let stopped = false;
    let longestGapMs = 0;
    const acknowledged: string[] = [];
    const writing = (async () => {
      let last = Date.now();
      for (let n = 0; !stopped; n++) {
        try {
          await ask(fleet(), writeUrl(fleet()), "insert into rolling values ($1)", [`row ${n}`]);
          acknowledged.push(`row ${n}`);
          longestGapMs = Math.max(longestGapMs, Date.now() - last);
          last = Date.now();
        } catch {
          // It is counted as a gap.
        }
        await pause(BETWEEN_ENTRIES_MS);
      }
    })();
    await of().deployment.set({ postgres: { workMemMiB: 16, maxConnections: 150 } });
    await of().deployment.up();
    stopped = true;
    await writing;

    const after = await of().containers.startTimes();
    const nodes = ["postgres1", "postgres2", "postgres3"].map((alias) =>
      of().containers.name(alias),
    );
    const moments = nodes.map((name) => Date.parse(after[name]!));
    expect(moments[0]).toBeLessThan(moments[1]!);
    expect(moments[1]).toBeLessThan(moments[2]!);
    const touched = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(touched.sort()).toEqual(nodes);
    expect(longestGapMs).toBeLessThan(10_000);
    for (const url of fleet().nodes) {
      expect(await ask(fleet(), url, "show max_connections")).toEqual([{ max_connections: "150" }]);
      await until("every acknowledged row", async () => {
        const rows = await ask(
          fleet(),
          url,
          "select from unnest($1::text[]) as id where id not in (select id from rolling)",
          [acknowledged],
        );
        return rows.length === 0 ? true : undefined;
      });
    }
  });
}
