/**
 * Synaxic while the cluster's control plane is away. Only on the lab, alone on it, and when it is asked for, since everybody's API server stops:
 * SYNFLEET_TEST_CONTROL_PLANE=lab.
 */
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site, Writer } from "../acceptance/checks/synaxic/site.ts";
import { until } from "../support/until.ts";
import { killOnNode, withoutApiServer } from "./control-plane.ts";
import { Pods } from "./pods.ts";
import { type OnCluster, synaxicOnOneNode } from "./stack.ts";

const AWAY_MS = 120_000;

describe.runIf(process.env["SYNFLEET_TEST_CONTROL_PLANE"] === "lab")("no control plane", () => {
  let cluster: OnCluster;
  let site: Site;

  beforeAll(async () => {
    cluster = await synaxicOnOneNode();
    await cluster.deployment.up();
    site = new Site(cluster.deployment, new Pods(cluster), await cluster.outputs());
    await site.sql("write", "create table test (id serial primary key, message text)");
  }, 1_500_000);
  afterAll(() => cluster?.remove(), 600_000);

  /** Who leads and on which timeline, when the API server answers again. */
  const lead = () =>
    until("who leads", async () => {
      const leader = await site.leader();
      const timeline = "select timeline_id from pg_control_checkpoint()";
      return { leader, timeline: await site.containers.sql(`postgres-${leader}`, timeline) };
    });

  test("for two minutes is no fail-over, and writes go on", async () => {
    await site.inStep();
    const before = await lead();
    const writer = new Writer(site, "away");
    await writer.progress(5);
    const seconds = await writer.gapDuring(() => withoutApiServer(() => setTimeout(AWAY_MS)));
    console.log(`two minutes without an API server: ${seconds} s without writes`);
    expect(await lead()).toEqual(before);
    expect(await writer.lost()).toEqual([]);
  }, 400_000);

  test("keeps nobody from the place of a leader that is killed meanwhile", async () => {
    await site.inStep();
    const { leader } = await lead();
    const container = await cluster.containerOf(`postgres-${leader}`);
    const writer = new Writer(site, "killed");
    await writer.progress(5);
    await withoutApiServer(async () => {
      const seconds = await writer.gapDuring(() => killOnNode(container));
      console.log(`leader killed without an API server: ${seconds} s without writes`);
    });
    expect((await lead()).leader).not.toBe(leader);
    await site.inStep();
    expect(await writer.lost()).toEqual([]);
  }, 400_000);
});
