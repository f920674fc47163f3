/** A namespace that is deleted with all in it: what is told of it, and the way back with the volumes and without. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { must } from "../lab/process.ts";
import { synapServer } from "../support/synap-server.ts";
import { Pods } from "./pods.ts";
import { OnCluster } from "./stack.ts";
import { SynapOnCluster } from "./synap-site.ts";

let site: OnCluster;
let synap: SynapOnCluster;
/** One that keeps what was in a volume whose claim is gone. */
const storageClass = `keeps-${randomBytes(3).toString("hex")}`;

beforeAll(async () => {
  await synapServer();
  site = await OnCluster.create("synap");
  await makeClass();
  await site.setCluster({ storageClass });
  await site.deployment.up();
  synap = new SynapOnCluster(site, await site.outputs());
}, 900_000);
afterAll(async () => {
  await site?.remove();
  const gone = '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}';
  for (const { metadata } of await volumes())
    await site.kubectl("patch", "persistentvolume", metadata.name, "--patch", gone);
  await site?.kubectl("delete", "storageclass", storageClass);
});

/** As the cluster's default class, but for what it does in the end. */
async function makeClass(): Promise<void> {
  const { items } = JSON.parse(await site.kubectl("get", "storageclass", "--output", "json")) as {
    items: { metadata: { annotations?: Record<string, string> }; provisioner: string }[];
  };
  const standard = items.find(
    ({ metadata }) =>
      metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  );
  const own = { ...standard, metadata: { name: storageClass }, reclaimPolicy: "Retain" };
  await must(["kubectl", "--context", site.context, "create", "--filename", "-"], {
    input: JSON.stringify(own),
  });
}

interface Volume {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly storageClassName: string };
}

/** Volumes of the deployment. */
async function volumes(): Promise<Volume[]> {
  const text = await site.kubectl("get", "persistentvolumes", "--output", "json");
  const { items } = JSON.parse(text) as { items: Volume[] };
  return items.filter(({ spec }) => spec.storageClassName === storageClass);
}

const lose = () => site.kubectl("delete", "namespace", site.namespace);
const forget = (...words: string[]) => new Pods(site).command("forget-namespace", ...words);
const refusal = /synap1, synap2, synap3, whose data is no longer in namespace .* forget-namespace/s;

const get = (key: string) => synap.get(key, "write");

test("is not forgotten while something runs in it", async () => {
  await synap.written("a", "1");
  const { code, stderr } = await forget("--accept-data-loss");
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/has \d+ workloads and pods of this stack; allowed: one that is gone/);
  await site.deployment.up("--expect-no-changes");
});

test("is told by a preview and an `up`, before anything is made in its place", async () => {
  await lose();
  await expect(site.deployment.mustRun("preview", "--stack", "test")).rejects.toThrow(refusal);
  await expect(site.deployment.up()).rejects.toThrow(refusal);
  expect(await site.kubectl("get", "namespace", site.namespace, "--ignore-not-found")).toBe("");
});

test("is whole again with its data once the volumes that their class kept are there for it", async () => {
  for (const { metadata } of await volumes())
    await site.kubectl(
      ...["patch", "persistentvolume", metadata.name, "--type", "json", "--patch"],
      '[{"op":"remove","path":"/spec/claimRef/uid"},{"op":"remove","path":"/spec/claimRef/resourceVersion"}]',
    );
  const unmeant = await forget();
  expect(unmeant.code).not.toBe(0);
  expect(unmeant.stderr).toMatch(/of whose volumes the cluster has none; allowed with --accept/);
  expect((await forget("--dry-run")).stdout).toContain("would forget");
  expect((await forget("--accept-data-loss")).stdout).toContain("forgot");
  await site.deployment.up();
  expect(await get("a")).toBe("1");
  await site.deployment.up("--expect-no-changes");
});

test("is whole again, and empty, where they are given up, also after a refresh", async () => {
  await lose();
  await site.deployment.mustRun("refresh", "--stack", "test", "--yes", "--skip-preview");
  await expect(site.deployment.up()).rejects.toThrow(refusal);
  expect((await forget("--accept-data-loss")).code).toBe(0);
  await site.deployment.up();
  expect(await get("a")).not.toBe("1");
  await synap.written("b", "2");
  expect(await get("b")).toBe("2");
  await site.deployment.up("--expect-no-changes");
});

test("of which one member's volume is lost has it begin empty by a word, and copy from the others", async () => {
  await site.scale("synap3", 0);
  await site.kubectl("delete", "persistentvolumeclaim", "synap3-data");
  await expect(site.deployment.up()).rejects.toThrow(
    /got synap3, whose data .*acceptPlacement: \[synap3\]/s,
  );
  await site.deployment.set({ acceptPlacement: ["synap3"] });
  await site.deployment.mustRun("refresh", "--stack", "test", "--yes", "--skip-preview");
  await site.deployment.up();
  await site.deployment.up("--expect-no-changes");
  await site.ready("synap3");
  expect(await get("b")).toBe("2");
});

test("is taken down when it is gone", async () => {
  await lose();
  await site.deployment.destroy();
});
