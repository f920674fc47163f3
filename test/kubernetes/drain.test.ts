/** What a drain does to a set, by the evictions that it consists of. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../lab/process.ts";
import { synapServer } from "../support/synap-server.ts";
import { until } from "../support/until.ts";
import { OnCluster } from "./stack.ts";

let site: OnCluster;

beforeAll(async () => {
  await synapServer();
  site = await OnCluster.create("synap");
  await site.deployment.up();
}, 900_000);
afterAll(() => site?.remove());

/** As `kubectl drain` asks for it: the API server says yes, or that the budget forbids it. */
async function evict(member: string): Promise<string> {
  const pod = `${member}-0`;
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: pod } };
  const path = `/api/v1/namespaces/${site.namespace}/pods/${pod}/eviction`;
  const { stdout, stderr } = await run(
    ["kubectl", "--context", site.context, "create", "--raw", path, "--filename", "-"],
    { input: JSON.stringify(eviction) },
  );
  return stdout + stderr;
}
const evicted = /"status":"Success"/;
const refused = /would violate the pod's disruption budget/;

const back = async (member: string, gone: string) => {
  await until(`another pod of ${member}`, async () => {
    const { [member]: pod } = await site.pods();
    return (pod !== undefined && pod !== gone) || undefined;
  });
  await site.kubectl("wait", "--for=condition=Ready", `pod/${member}-0`, "--timeout=120s");
};

test("a member is evicted, and no second one until the first is back", async () => {
  const before = await site.pods();
  expect(await evict("synap2")).toMatch(evicted);
  expect(await evict("synap3")).toMatch(refused);
  expect(await evict("synap1")).toMatch(refused);
  await back("synap2", before["synap2"]!);
  await until("an eviction that is permitted again", async () => {
    return evicted.test(await evict("synap3")) || undefined;
  });
  await back("synap3", before["synap3"]!);
});
