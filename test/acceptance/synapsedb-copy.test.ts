import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ledger } from "../integration/postgres/ledger.ts";
import { connect } from "../support/database.ts";
import { Deployment } from "../support/deployment.ts";
import { freePorts } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { Containers, docker } from "./checks/containers.ts";
import { ask, nodesOf, whole, writeUrl, type Fleet } from "./checks/fleet.ts";

let deployment: Deployment;
let containers: Containers;
let fleet: Fleet;

/** What the stack is now, with the nodes that it has now. */
async function look(): Promise<void> {
  fleet = {
    ...nodesOf(await deployment.outputs()),
    kill: async (member) => void (await docker("kill", containers.name(member))),
    start: async (member) => void (await docker("start", containers.name(member))),
    logs: (alias) => docker("logs", containers.name(alias)),
  };
}

beforeAll(async () => {
  deployment = await Deployment.create();
  containers = new Containers(deployment);
  await deployment.up();
  await look();
});

afterAll(async () => {
  await deployment?.remove();
});

const write = (table: string) =>
  new Ledger(table, () => connect(writeUrl(fleet), fleet.outputs)).start();

/** Every node has what was acknowledged, and all have the same. */
async function sameEverywhere(table: string, acknowledged: readonly number[]): Promise<void> {
  expect(acknowledged.length).toBeGreaterThan(50);
  await until("the same rows on every node", async () => {
    const rows = await Promise.all(
      fleet.nodes.map((url) => ask<{ id: number }>(fleet, url, `select id from ${table}`)),
    );
    const sets = rows.map((found) => new Set(found.map(({ id }) => id)));
    const equal = sets.every((set) => set.size === sets[0]!.size);
    return equal && acknowledged.every((id) => sets[0]!.has(id)) ? true : undefined;
  });
}

const ids = async (table: string) =>
  (await ask<{ id: number }>(fleet, writeUrl(fleet), `select id from ${table}`)).map(
    ({ id }) => id,
  );

describe.sequential("a SynapseDB that is written to", () => {
  test("gets a member more by its settings, without a restart of another", async () => {
    const ledger = await write("grown");
    const before = await containers.startTimes();
    const [port, managerPort] = await freePorts(2);
    const members = deployment.settings()["members"] as object[];
    await deployment.set({ members: [...members, { name: "postgres4", port, managerPort }] });
    const preview = await deployment.mustRun("preview", "--stack", deployment.stack);
    expect(preview).not.toMatch(/replace|delete/);
    await deployment.up();
    await ledger.more(20);
    expect(await ledger.lost()).toEqual([]);
    await look();
    expect(fleet.nodes).toHaveLength(4);
    await sameEverywhere("grown", ledger.acknowledged);
    await whole(fleet);
    const after = await containers.startTimes();
    const touched = Object.keys(before).filter((name) => after[name] !== before[name]);
    // Managers reload, or start anew where that takes them too long; the initialiser runs once more, for four.
    expect(touched.filter((name) => !/-(init|manager\d)$/.test(name))).toEqual([]);
    await deployment.up("--expect-no-changes");
  });

  test("gets a member back whose volume was lost, by refresh and up", async () => {
    const ledger = await write("returned");
    await docker("stop", containers.name("postgres2"));
    await docker("rm", containers.name("postgres2"));
    await docker("volume", "rm", containers.name("postgres2-data"));
    await deployment.mustRun("refresh", "--stack", deployment.stack, "--yes", "--skip-preview");
    await deployment.up();
    await ledger.more(20);
    expect(await ledger.lost()).toEqual([]);
    await sameEverywhere("returned", ledger.acknowledged);
    await sameEverywhere("grown", [...(await ids("grown"))]);
    await whole(fleet);
    await deployment.up("--expect-no-changes");
  });
});
