/** Synaxic while the API server, or the kubelet, of its cluster is away. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site, Writer } from "../acceptance/checks/synaxic/site.ts";
import { Pods } from "../kubernetes/pods.ts";
import { type OnCluster, synaxicOnOneNode } from "../kubernetes/stack.ts";
import { until } from "../support/until.ts";
import { awayChecks } from "./away.ts";
import { killOnNode, withoutApiServer } from "./node.ts";

let cluster: OnCluster;
let site: Site;

beforeAll(async () => {
  cluster = await synaxicOnOneNode();
  await cluster.deployment.up();
  site = new Site(cluster.deployment, new Pods(cluster), await cluster.outputs());
  await site.sql("write", "create table test (id serial primary key, message text)");
  await site.inStep();
}, 1_500_000);
afterAll(() => cluster?.remove(), 600_000);

/** Another one that leads begins a timeline. */
async function lead() {
  const leader = await site.leader();
  const timeline = "select timeline_id from pg_control_checkpoint()";
  return { leader, timeline: await site.containers.sql(`postgres-${leader}`, timeline) };
}

awayChecks("Synaxic", () => ({ cluster, lead, writer: (name) => new Writer(site, name) }));

test("a leader that is killed without an API server is replaced, and nothing acknowledged is lost", async () => {
  await site.inStep();
  const { leader } = await lead();
  const container = await cluster.containerOf(`postgres-${leader}`);
  const writer = new Writer(site, "killed");
  await writer.progress(5);
  await withoutApiServer(async () => {
    const seconds = await writer.gapDuring(() => killOnNode(container));
    console.log(`Synaxic's leader killed without an API server: ${seconds} s without writes`);
  });
  expect((await until("who leads", lead)).leader).not.toBe(leader);
  await site.inStep();
  expect(await writer.lost()).toEqual([]);
}, 400_000);
