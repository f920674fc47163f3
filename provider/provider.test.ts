import { describe, expect, test } from "vitest";
import { wantedState } from "../components/host/wanted.ts";
import { SynfleetProvider } from "./provider.ts";

const urn = "urn:pulumi:dev::fleet::synfleet:platform:Docker$synfleet-hosts:host:Host::alpha";
const provider = new SynfleetProvider("0.1.0", () => undefined);
const inputs = {
  login: { name: "alpha", address: "192.0.2.1", user: "root", port: 22 },
  ...wantedState({ owner: "fleet/dev", firewall: { peers: [], ports: [] } }),
};

describe("the resource's inputs", () => {
  test("are taken as they are", async () => {
    expect(await provider.check(urn, {}, inputs)).toEqual({ inputs, failures: [] });
  });

  test.each([
    [
      { login: { ...inputs.login, address: "-oProxyCommand=x" } },
      "login",
      /^login\.address: an address/,
    ],
    [{ login: { ...inputs.login, user: "-x" } }, "login", /^login\.user/],
    [{ files: { "/etc/../x": { content: "", mode: "0644" } } }, "files", /absolute path/],
    [{ sysctl: { "vm.x": "1\n2" } }, "sysctl", /one line/],
    [{ packages: { "x; reboot": "installed" } }, "packages", /packages/],
    [{ more: 1 }, "login", /unrecognized/i],
  ])("are refused: %j", async (changed, property, reason) => {
    const { failures } = await provider.check(urn, {}, { ...inputs, ...changed });
    expect(failures).toHaveLength(1);
    expect(failures![0]!.property).toBe(property);
    expect(failures![0]!.reason).toMatch(reason);
  });

  test("that a preview does not know yet are not judged", async () => {
    const unknown = { ...inputs, owner: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
    expect((await provider.check(urn, {}, unknown)).failures).toEqual([]);
  });
});

test("what differs is a change, and never another host", async () => {
  expect(await provider.diff("alpha", urn, inputs, structuredClone(inputs))).toEqual({
    changes: false,
  });
  const drifted = { ...inputs, sysctl: { ...inputs.sysctl, "vm.swappiness": "60" } };
  expect(await provider.diff("alpha", urn, drifted, inputs)).toEqual({ changes: true });
});

test("another type is refused by name", async () => {
  const other = urn.replace("host:Host", "host:Disk");
  await expect(provider.check(other, {}, {})).rejects.toThrow(
    /got synfleet-hosts:host:Disk; allowed/,
  );
});

describe("a member of a Swarm", () => {
  const member = urn.replace("host:Host", "swarm:Member");
  const { login } = inputs;
  const wanted = {
    ...{ login, managers: [login], founds: true, address: "192.0.2.1", role: "manager" },
    ...{ labels: { "org.synfleet.host": "alpha" }, state: "ready" },
  };

  test("is taken as it is", async () => {
    expect(await provider.check(member, {}, wanted)).toEqual({ inputs: wanted, failures: [] });
  });

  test.each([
    [{ role: "leader" }, "role"],
    [{ labels: { "--force": "1" } }, "labels"],
    [{ labels: { a: "$(reboot)" } }, "labels"],
    [{ address: "alpha" }, "address"],
    [{ managers: [{ ...login, address: "-x" }] }, "managers"],
  ])("is refused: %j", async (changed, property) => {
    const { failures } = await provider.check(member, {}, { ...wanted, ...changed });
    expect(failures!.map((failure) => failure.property)).toEqual([property]);
  });

  test("changes where a refresh has found another state, and not by what is known of it besides", async () => {
    const state = { ...wanted, nodeId: "1", made: true };
    expect(await provider.diff("alpha", member, state, wanted)).toMatchObject({ changes: false });
    const lost = { ...state, state: "none" };
    expect(await provider.diff("alpha", member, lost, wanted)).toMatchObject({ changes: true });
  });
});

describe("what is where", () => {
  const at = "urn:pulumi:dev::fleet::synfleet-hosts:placement:Placement::placement";
  const inputs = { members: { one: "alpha" }, etcd: {}, accepted: [] };

  test("is taken at the first up, and when nothing has changed", async () => {
    for (const olds of [{}, inputs])
      expect(await provider.check(at, olds, inputs)).toEqual({ inputs, failures: [] });
    expect(await provider.diff("placement", at, inputs, inputs)).toEqual({ changes: false });
  });

  test("is held against what was there, with the key of the setting", async () => {
    const { failures } = await provider.check(at, inputs, { ...inputs, members: { two: "beta" } });
    expect(failures).toEqual([
      {
        property: "members",
        reason: expect.stringMatching(
          /^synfleet:members: got two on beta; allowed: .*one on alpha/,
        ),
      },
    ]);
  });

  test("judges by what is gone just now, and does not record it", async () => {
    const news = { ...inputs, kubernetes: { namespace: "orders" }, gone: ["one"] };
    const { gone: _, ...recorded } = news;
    expect(await provider.check(at, {}, news)).toEqual({ inputs: recorded, failures: [] });
    const { failures } = await provider.check(at, recorded, news);
    expect(failures).toMatchObject([
      { reason: expect.stringMatching(/one, whose data is no longer/) },
    ]);
  });

  test("makes nothing, and is not removed from anywhere", async () => {
    expect(await provider.create(at, inputs)).toEqual({ id: "placement", outs: inputs });
    expect(await provider.read("placement", at, inputs)).toMatchObject({ props: inputs });
    await provider.delete("placement", at, inputs);
  });
});
