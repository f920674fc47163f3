/** SynapseDB on a real cluster by the settings alone: what one member takes, all have. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Outputs } from "../../commands/support/stack.ts";
import { until } from "../support/until.ts";
import { queryAt } from "./clients.ts";
import { Pods } from "./pods.ts";
import { OnCluster } from "./stack.ts";

let site: OnCluster;
let outputs: Outputs;

beforeAll(async () => {
  site = await OnCluster.create("synapsedb");
  await site.deployment.set({ readySeconds: 600 });
  await site.deployment.up();
  outputs = await site.outputs();
}, 1_500_000);
afterAll(() => site?.remove(), 600_000);

/** A client in the namespace, who verifies the name that it was told. */
async function query(url: string, sql: string): Promise<unknown[]> {
  return queryAt(await site.addressOf(new URL(url).hostname), url, outputs, sql);
}
const write = (sql: string) => query(String(outputs.endpoints["write"]), sql);
const nodes = () => outputs.endpoints["nodes"] as string[];

/** Ends when every member says the same. */
const everywhere = (sql: string, expected: unknown) =>
  until(`${sql} on every member`, async () => {
    const answers = await Promise.all(nodes().map((url) => query(url, sql)));
    return answers.every(([answer]) => answer === expected) || undefined;
  });

test("is a set of one pod a member, and of each manager and etcd", async () => {
  const numbered = (name: string) => [1, 2, 3].map((number) => `statefulset.apps/${name}${number}`);
  expect(await site.objects("statefulsets")).toEqual([
    ...[...numbered("etcd"), ...numbered("manager"), ...numbered("postgres")],
    "statefulset.apps/prometheus",
  ]);
});

test("carries a table, and what is written into it, to every member", async () => {
  await write("create table notes (id bigint primary key, text text)");
  await write("insert into notes values (1, 'first')");
  await everywhere("select text from notes where id = 1", "first");
});

test("status tells of every member and manager, to one who is not in the cluster", async () => {
  const { code, stdout } = await new Pods(site).command("status");
  for (const number of [1, 2, 3]) {
    expect(stdout).toMatch(new RegExp(`postgres${number} +joined +admitted`));
    expect(stdout).toMatch(new RegExp(`manager${number} +(leader|follower)`));
  }
  expect(stdout).toMatch(/balancer +\S+ +healthy/);
  expect(code).toBe(0);
});

test("an `up` without a change changes nothing", async () => {
  const before = await site.pods();
  await site.deployment.up("--expect-no-changes");
  expect(await site.pods()).toEqual(before);
});

test("takes a change one member after the other, and keeps what was written", async () => {
  const before = await site.pods();
  await site.deployment.set({ postgres: { memoryMiB: 640 } });
  await site.deployment.up();
  const after = await site.pods();
  for (const member of ["postgres1", "postgres2", "postgres3"])
    expect(after[member]).not.toBe(before[member]);
  expect(after["etcd1"]).toBe(before["etcd1"]);
  await write("insert into notes values (2, 'second')");
  await everywhere("select count(*)::int from notes", 2);
});

test("a member that was killed is back, and has what was written meanwhile", async () => {
  await site.kubectl("delete", "pod", "postgres1-0", "--grace-period", "0", "--force");
  await until("the next write", async () => {
    await write("insert into notes values (3, 'third') on conflict do nothing");
    return true;
  });
  await everywhere("select count(*)::int from notes", 3);
});
