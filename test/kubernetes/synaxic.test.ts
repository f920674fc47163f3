/** Synaxic on a real cluster by the settings alone, asked by clients from outside of it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeChecks } from "../acceptance/checks/changes.ts";
import { frontChecks } from "../acceptance/checks/synaxic/front.ts";
import { lossChecks, operationChecks } from "../acceptance/checks/synaxic/operations.ts";
import { Site } from "../acceptance/checks/synaxic/site.ts";
import { storeChecks } from "../acceptance/checks/synaxic/stores.ts";
import { Pods } from "./pods.ts";
import { OnCluster } from "./stack.ts";

const members = ["main", "replica1", "replica2"];
const parts = ["postgres", "redis", "app"];

/** One node of two processors has room for all of it. */
const SMALL = {
  postgres: { failover: "fast", cpus: 1 },
  redis: { cpus: 0.5 },
  app: { cpus: 0.5 },
};

let cluster: OnCluster;
let site: Site;

beforeAll(async () => {
  cluster = await OnCluster.create("synaxic", { ...SMALL, readySeconds: 600 });
  await cluster.open();
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

const away =
  (...words: string[]) =>
  (alias: string) =>
    cluster.kubectl("delete", "pod", `${alias}-0`, ...words);
const mends = (alias: string) => cluster.ready(alias);
lossChecks(
  () => site,
  [
    { how: "deleted", happens: away("--wait=false"), mends },
    { how: "deleted by force", happens: away("--force", "--grace-period=0"), mends },
    // All but the first, which ends with them.
    {
      how: "killed",
      happens: (alias) => site.containers.exec(alias, "sh", "-c", "kill -KILL -1"),
      mends,
    },
  ],
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
