/** What takes a member's pod away: a drain, by the evictions that it consists of, and a change; and what must not. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { must, run } from "../lab/process.ts";
import { until } from "../support/until.ts";
import { type OnCluster, synapUp } from "./stack.ts";
import { SynapOnCluster } from "./synap-site.ts";

let site: OnCluster;
let synap: SynapOnCluster;

beforeAll(async () => {
  site = await synapUp();
  synap = new SynapOnCluster(site, await site.outputs());
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

/** The member that takes the writes, as far as members are there to be asked. */
async function master(): Promise<string | undefined> {
  const asked = synap.members.map((name) => synap.states([name]).catch(() => []));
  return (await Promise.all(asked)).flat().find(({ mode }) => mode === "master")?.name;
}

test("a master that is evicted hands over first, and nothing that was acknowledged is lost", async () => {
  const before = await site.pods();
  const old = await until("a master", master);
  const ledger = synap.ledger();
  await ledger.progress(20);
  expect(await evict(old)).toMatch(evicted);
  await until("writes to another master while the old one is gone", async () => {
    const { [old]: pod } = await site.pods();
    await ledger.progress(1);
    const now = await master();
    return (pod !== before[old] && now !== undefined && now !== old) || undefined;
  });
  await back(old, before[old]!);
  await ledger.stop();
  expect(await master()).not.toBe(old);
  expect(await synap.lost(ledger)).toEqual([]);
});

test("an image that a node does not come by leaves every pod as it is", async () => {
  const before = await site.pods();
  const { SYNAP_IMAGE: server } = process.env;
  const other = `${server}-other`;
  await must(["docker", "tag", server!, other]);
  try {
    // Built under another name, which nobody has loaded onto the node.
    site.deployment.env["SYNAP_IMAGE"] = other;
    await expect(site.deployment.up()).rejects.toThrow(
      /nothing was changed on synap\d: its node \S+ does not come by synfleet\/synap:\w+: ErrImageNeverPull/,
    );
    expect(await site.pods()).toEqual(before);
  } finally {
    site.deployment.env["SYNAP_IMAGE"] = server!;
    await must(["docker", "rmi", other]);
  }
  await site.deployment.up();
});

test("a node for each member that is required, and not there, is told before anything is changed", async () => {
  const before = await site.pods();
  await site.setCluster({ spread: "required" });
  await expect(site.deployment.up()).rejects.toThrow(
    /kubernetes\.spread: got "required", with a set of 3 members on 1 node fit for pods; allowed: a node for each member/,
  );
  expect(await site.pods()).toEqual(before);
});
