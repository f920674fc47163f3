/** Synaxic on a real cluster by the settings alone, asked by clients from outside of it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeChecks } from "../acceptance/checks/changes.ts";
import { fullDiskChecks } from "../acceptance/checks/synaxic/full-disk.ts";
import { frontChecks } from "../acceptance/checks/synaxic/front.ts";
import { lossChecks, operationChecks } from "../acceptance/checks/synaxic/operations.ts";
import { Site } from "../acceptance/checks/synaxic/site.ts";
import { storeChecks } from "../acceptance/checks/synaxic/stores.ts";
import { losses } from "./losses.ts";
import { Pods } from "./pods.ts";
import { isLab, SmallClaims } from "./small-claims.ts";
import { type OnCluster, synaxicOnOneNode } from "./stack.ts";

const members = ["main", "replica1", "replica2"];
const parts = ["postgres", "redis", "app"];

let cluster: OnCluster;
let site: Site;

beforeAll(async () => {
  cluster = await synaxicOnOneNode();
  await cluster.deployment.up();
  site = new Site(cluster.deployment, new Pods(cluster), await cluster.outputs(), members);
}, 1_500_000);
afterAll(() => cluster?.remove(), 600_000);

test("is a set of one pod for each that has data or belongs to a set", async () => {
  const sets = [
    ...parts.flatMap((part) => members.map((member) => `${part}-${member}`)),
    ...[1, 2, 3].flatMap((number) => [`etcd${number}`, `sentinel${number}`]),
    "prometheus",
  ];
  expect(await cluster.objects("statefulsets")).toEqual(
    sets.map((name) => `statefulset.apps/${name}`).sort(),
  );
});

storeChecks(() => site);
frontChecks(
  () => site,
  {
    stop: (alias) => cluster.scale(alias, 0),
    start: (alias) => cluster.scale(alias, 1),
  },
  [],
);
changeChecks(() => site);
operationChecks(() => site);

lossChecks(
  () => site,
  losses(
    () => cluster,
    () => site,
  ),
);

describe("a destroy", () => {
  test("leaves the volumes alone, and the next `up` finds what was written", async () => {
    const text = "select count(*)::int as rows from test";
    const before = await site.sql("write", text);
    await cluster.deployment.destroy();
    expect(await cluster.objects("statefulsets,deployments,jobs,pods,services,secrets")).toEqual(
      [],
    );
    // Three databases, three of Redis, three of etcd, three Sentinels, Prometheus.
    expect(await cluster.objects("persistentvolumeclaims")).toHaveLength(13);
    await cluster.deployment.up();
    site = new Site(cluster.deployment, site.containers, await cluster.outputs(), members);
    expect(await site.sql("write", text)).toEqual(before);
  }, 900_000);
});

// The last, since nobody has what is on them afterwards.
describe.runIf(isLab)("volumes without room", () => {
  let claims: SmallClaims;
  const member = members[0]!;

  beforeAll(async () => {
    claims = await SmallClaims.under(cluster, {
      [`postgres-${member}`]: 300,
      [`redis-${member}`]: 40,
      etcd1: 100,
    });
  }, 600_000);
  afterAll(() => claims?.release());

  fullDiskChecks("a volume of a member", () => ({
    ...{ site, fill: () => claims.fill(), free: () => claims.grow() },
  }));
});
