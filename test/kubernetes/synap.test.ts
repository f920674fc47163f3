/** Synap on a real cluster by the settings alone, from `up` to a client's query and back. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { Outsider } from "./outsider.ts";
import { type OnCluster, synapUp } from "./stack.ts";
import { SynapOnCluster } from "./synap-site.ts";

let site: OnCluster;
let synap: SynapOnCluster;

beforeAll(async () => {
  site = await synapUp();
  synap = new SynapOnCluster(site, await site.outputs());
}, 900_000);
afterAll(() => site?.remove());

test("is one set of one pod a member, with a volume each that outlasts it", async () => {
  expect(await site.objects("statefulsets,deployments,jobs")).toEqual([
    ...["deployment.apps/balancer", "statefulset.apps/prometheus"],
    ...synap.members.map((name) => `statefulset.apps/${name}`),
  ]);
  expect(await site.objects("persistentvolumeclaims")).toEqual(
    ["prometheus", ...synap.members].map((name) => `persistentvolumeclaim/${name}-data`),
  );
});

test("takes a client's write and serves it from the replicas", async () => {
  expect((await synap.set("a", "1")).status).toBe(200);
  await synap.everywhere("a", "1", 2);
  expect((await synap.set("a", "2", "read")).status).toBe(405);
});

test("an `up` without a change changes nothing", async () => {
  const before = await site.pods();
  await site.deployment.up("--expect-no-changes");
  expect(await site.pods()).toEqual(before);
});

test("takes a change one member after the other, and keeps what was written", async () => {
  const before = await site.pods();
  await site.deployment.set({ synap: { maxMemoryMiB: 80 } });
  await site.deployment.up();
  const after = await site.pods();
  for (const member of synap.members) expect(after[member]).not.toBe(before[member]);
  expect(after["prometheus"]).toBe(before["prometheus"]);
  expect(await synap.get("a", "write")).toBe("1");
  await site.deployment.up("--expect-no-changes");
});

test.each(["synap2", "synap3"])("%s, that was killed, is back with its data", async (member) => {
  await site.kubectl("delete", "pod", `${member}-0`, "--grace-period", "0", "--force");
  // It may be the master: the change before moved that.
  await synap.written("b", "2");
  await site.kubectl("wait", "--for=condition=Ready", `pod/${member}-0`, "--timeout=120s");
  await synap.everywhere("b", "2", 2);
});

describe("the network", () => {
  const elsewhere = `elsewhere-${randomBytes(3).toString("hex")}`;
  const portOf = (end: string) => Number(new URL(String(synap.outputs.endpoints[end])).port);
  const podOf = (component: string) =>
    site.kubectl(
      ...["get", "pods", "--selector", `app.kubernetes.io/component=${component}`],
      ...["--output", "jsonpath={.items[0].status.podIP}"],
    );
  const clients = () => site.addressOf("balancer-clients");
  let stranger: Outsider;

  beforeAll(async () => {
    await site.kubectl("create", "namespace", elsewhere);
    stranger = await Outsider.in(site.context, elsewhere);
  });
  afterAll(() => site?.kubectl("delete", "namespace", elsewhere));

  test("admits nobody of another namespace, to nothing", async () => {
    // Else it could reach nothing anywhere.
    expect(await stranger.reaches("kubernetes.default.svc", 443)).toBe(true);
    expect(await stranger.reaches(await clients(), portOf("write"))).toBe(false);
    for (const port of [15500, 15600])
      expect([port, await stranger.reaches(await podOf("synap1"), port)]).toEqual([port, false]);
  });

  test("admits no pod of the namespace that is none of its parts", async () => {
    const neighbour = await Outsider.in(site.context, site.namespace);
    expect(await neighbour.reaches(await podOf("synap1"), 15500)).toBe(false);
    expect(await neighbour.reaches(await clients(), portOf("write"))).toBe(false);
    await neighbour.remove();
  });

  test("admits a namespace that is named to what is published, and to nothing else", async () => {
    const before = await site.pods();
    await site.setCluster({ clientNamespaces: [elsewhere] });
    await site.deployment.up();
    expect(await site.pods()).toEqual(before);
    await until("the way in", async () => {
      return (await stranger.reaches(await clients(), portOf("write"))) || undefined;
    });
    for (const port of [15500, 15600])
      expect([port, await stranger.reaches(await podOf("synap1"), port)]).toEqual([port, false]);
  });

  test("lets no part call anybody but parts and name servers", async () => {
    const call = (address: string, port: number) =>
      site.kubectl(
        ...["exec", "synap1-0", "--", "timeout", "3", "bash", "-c"],
        `exec 3<>/dev/tcp/${address}/${port}`,
      );
    await call("synap2", 15500);
    await expect(call("kubernetes.default.svc", 443)).rejects.toThrow(/exit code/);
  });
});

describe("a destroy", () => {
  test("leaves the volumes alone, and the next `up` finds what was written", async () => {
    await site.deployment.destroy();
    const kinds = "statefulsets,deployments,jobs,pods,services,secrets,networkpolicies";
    expect(await site.objects(kinds)).toEqual([]);
    expect(await site.objects("persistentvolumeclaims")).toHaveLength(4);
    await site.deployment.up();
    synap = new SynapOnCluster(site, await site.outputs());
    expect(await synap.get("b", "write")).toBe("2");
  });

  test("that is told to keep nothing leaves nothing", async () => {
    await site.setCluster({ keepVolumes: false });
    await site.deployment.up();
    await site.deployment.destroy();
    expect(await site.kubectl("get", "namespace", site.namespace, "--ignore-not-found")).toBe("");
  });
});
