import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refusalsOf, type PlacementInputs } from "./judge.ts";

const etcd = { etcd1: "alpha", etcd2: "beta", etcd3: "gamma" };
const three = { one: "alpha", two: "beta", three: "gamma" };
const was: PlacementInputs = { members: three, etcd, accepted: [] };
const { three: _, ...oneAndTwo } = three;
const texts = (news: Partial<PlacementInputs>, olds: Partial<PlacementInputs> = {}) =>
  refusalsOf({ ...was, ...olds }, { ...was, ...news }).map(
    ({ key, got, allowed, next }) => `${key}: got ${got}; allowed: ${allowed}. ${next}`,
  );

describe("permitted", () => {
  test.each<[string, Partial<PlacementInputs>]>([
    ["nothing that changes", {}],
    ["a member more", { members: { ...three, four: "delta" } }],
    ["a member less, whose data others have", { members: oneAndTwo }],
    ["one that takes another's place", { members: { ...oneAndTwo, four: "gamma" } }],
    [
      "one that is meant to begin empty",
      { members: { ...three, two: "delta" }, accepted: ["two"] },
    ],
    [
      "the loss of all that was named",
      { members: { new: "delta" }, accepted: ["one", "two", "three"] },
    ],
    [
      "members of etcd that join",
      { etcd: { ...etcd, etcd4: "alpha", etcd5: "beta" }, joining: ["etcd4", "etcd5"] },
    ],
    [
      "etcd, whose own membership was changed",
      { etcd: { ...etcd, etcd3: "delta" }, accepted: ["etcd3"] },
    ],
  ])("%s", (_, news) => {
    expect(texts(news)).toEqual([]);
  });

  test("a master that hands over before it goes", () => {
    expect(texts({ master: "two" }, { master: "one" })).toEqual([]);
    expect(texts({ master: "two", members: { two: "beta" } }, { master: "two" })).toEqual([]);
  });
});

describe("balancers", () => {
  const balancers = { balancer: "alpha", "balancer-beta": "beta", "balancer-gamma": "gamma" };

  test.each<[string, Record<string, string>]>([
    ["come", { ...balancers, "balancer-delta": "delta" }],
    ["go", { balancer: "alpha" }],
    ["go with the first", { "balancer-beta": "beta", "balancer-gamma": "gamma" }],
    ["move to a host that has none", { ...balancers, balancer: "delta" }],
  ])("that %s are permitted", (_, news) => {
    expect(texts({ balancers: news }, { balancers })).toEqual([]);
    expect(texts({ balancers: news })).toEqual([]);
  });

  test("that would be called otherwise on their hosts are refused: two cannot have the same ports", () => {
    const news = { balancer: "beta", "balancer-gamma": "gamma", "balancer-delta": "delta" };
    expect(texts({ balancers: news }, { balancers })).toEqual([
      "balancers: got balancer on beta; allowed: balancer-beta on beta. A host keeps the name of its balancer, which has its ports: " +
        "set synfleet:balancers to [{ name: balancer-beta, host: beta }, { name: balancer-gamma, host: gamma }, { name: balancer-delta, host: delta }].",
    ]);
  });
});

describe("volumes that a cluster does not have any more", () => {
  const on: Partial<PlacementInputs> = { kubernetes: { namespace: "orders" } };
  const said = (news: Partial<PlacementInputs>) => texts({ ...on, ...news }, on);

  test("of one member have it begin empty, and of that it must be told", () => {
    expect(said({ gone: ["two"] })).toEqual([
      "members: got two, whose data is no longer in namespace orders; allowed: members whose volumes are there. The others have the data. " +
        "To have it begin empty and copy from them, refresh the stack, so that it knows of the loss; then synfleet:acceptPlacement: [two] permits it for this once.",
    ]);
    expect(said({ gone: ["two"], accepted: ["two"] })).toEqual([]);
  });

  test("of all members are given up by a command alone", () => {
    const [text, ...more] = said({ gone: Object.keys(three), accepted: Object.keys(three) });
    expect(more).toEqual([]);
    expect(text).toMatch(
      /got one, two, three, whose data .* Every copy of the data .* forget-namespace --help/,
    );
    // Nobody may copy from one that comes.
    expect(
      said({ members: { ...three, four: "delta" }, gone: [...Object.keys(three), "four"] }),
    ).toHaveLength(1);
  });

  test("were never there for a member that comes, or are not needed for one that goes", () => {
    expect(said({ members: { ...three, four: "delta" }, gone: ["four"] })).toEqual([]);
    expect(said({ members: oneAndTwo })).toEqual([]);
  });
});

describe("refused", () => {
  test("a member whose data would stay behind", () => {
    expect(texts({ members: { ...three, two: "delta" } })).toEqual([
      "members: got two on delta; allowed: two on beta. Its data is there, and no data moves with it: write members out, each with its host. To have it begin empty on delta, synfleet:acceptPlacement: [two] permits it for this once.",
    ]);
  });

  test("that no copy stays", () => {
    expect(texts({ members: { new: "beta" } }, { members: { only: "alpha" } })).toEqual([
      "members: got new on beta; allowed: at least one that stays where its data is: only on alpha. All copies of the data would go. Keep one, let the new ones copy from it, and take it out then; if the data may be lost, synfleet:acceptPlacement: [only] permits it for this once.",
    ]);
    expect(texts({ members: { one: "beta", two: "alpha" } })).toHaveLength(1);
    expect(texts({ members: {}, accepted: ["one", "two"] })).toHaveLength(1);
  });

  test("that the master goes before it has handed over", () => {
    expect(
      texts({ members: { two: "beta", three: "gamma" }, master: "two" }, { master: "one" }),
    ).toEqual([
      "members: got two on beta, three on gamma, without the master one; allowed: one on alpha until another is the master. Set synfleet:master to another member, run up, and take one out then; if it is gone for good, synfleet:acceptPlacement: [one] permits it for this once.",
    ]);
  });

  test("a member of etcd on another host, with the way that loses nothing", () => {
    expect(texts({ etcd: { ...etcd, etcd2: "delta" } }, { etcd }).join()).toContain(
      "To have etcd2 begin empty on delta, where it comes in as a new member by the majority of the others, synfleet:acceptPlacement: [etcd2] permits it for this once.",
    );
  });

  test("members of etcd more that do not know that they join, with what to write", () => {
    expect(texts({ etcd }, { etcd: { etcd1: "alpha" } })).toEqual([
      "etcd: got etcd1 on alpha, etcd2 on beta, etcd3 on gamma; allowed: etcd1 on alpha. To leave it so, set synfleet:etcd to [{ name: etcd1, host: alpha }]. " +
        "To have 3 members, to [{ name: etcd1, host: alpha }, { name: etcd2, host: beta, joins: true }, { name: etcd3, host: gamma, joins: true }].",
    ]);
  });

  test("one of them that does not, and one that was there", () => {
    const only = { etcd: { etcd1: "alpha" } };
    expect(texts({ etcd, joining: ["etcd2"] }, only).join()).toContain(
      "{ name: etcd3, host: gamma, joins: true }",
    );
    expect(texts({ etcd: { ...etcd, etcd1: "delta" }, joining: ["etcd1"] })).toHaveLength(1);
  });

  test("a member of etcd less, as long as etcd itself has it", () => {
    expect(texts({ etcd: { etcd1: "alpha" } })).toEqual([
      "etcd: got etcd1 on alpha; allowed: etcd1 on alpha, etcd2 on beta, etcd3 on gamma. To leave it so, set synfleet:etcd to " +
        "[{ name: etcd1, host: alpha }, { name: etcd2, host: beta }, { name: etcd3, host: gamma }]. After a change of etcd's own membership, synfleet:acceptPlacement: [etcd2, etcd3] permits it for this once.",
    ]);
  });
});

describe("another platform", () => {
  const swarm = { encrypted: true };

  test("is refused, whatever is accepted besides", () => {
    const accepted = Object.keys(three);
    expect(texts({ swarm, accepted })).toEqual([
      "platform: got swarm; allowed: docker, which has the data. Set synfleet:platform to docker. For the other, bring up a second stack with another synfleet:name, copy the data into it, and remove this one.",
    ]);
    expect(texts({ accepted }, { swarm })).toEqual([
      expect.stringMatching(/^platform: got docker; allowed: swarm, which has the data\. /),
    ]);
    expect(texts({ swarm }, { swarm })).toEqual([]);
  });

  test("nor is its network encrypted later", () => {
    expect(texts({ swarm }, { swarm: { encrypted: false } })).toEqual([
      expect.stringMatching(/^swarm\.encrypted: got true; allowed: false, as its network was made/),
    ]);
  });
});

describe("Sentinels", () => {
  test("may come", () => {
    expect(texts({ sentinels: { sentinel1: "alpha" } }, { sentinels: {} })).toEqual([]);
  });

  test("do not all go, unless that is meant", () => {
    const sentinels = { sentinel1: "alpha" };
    expect(texts({ sentinels: {} }, { sentinels })).toEqual([
      "sentinels: got none; allowed: sentinel1 on alpha. They promote while servers are told one after the other that nobody does: set synfleet:sentinels to [{ name: sentinel1, host: alpha }]. Where that may be, synfleet:acceptPlacement: [sentinel1] permits it for this once.",
    ]);
    expect(texts({ sentinels: {}, accepted: ["sentinel1"] }, { sentinels })).toEqual([]);
  });

  test("may be others, and are no matter where none were recorded", () => {
    const sentinels = { sentinel1: "alpha" };
    expect(texts({ sentinels }, { sentinels: { sentinel1: "beta" } })).toEqual([]);
    expect(texts({ sentinels })).toEqual([]);
  });
});

test("whatever changes, a copy stays unless every member that had one was named", () => {
  const places = fc.dictionary(fc.constantFrom(..."abcd"), fc.constantFrom("alpha", "beta"));
  fc.assert(
    fc.property(places, places, fc.subarray([..."abcd"]), (olds, news, accepted) => {
      const refused = refusalsOf(
        { members: olds, etcd: {}, accepted: [] },
        { members: news, etcd: {}, accepted },
      );
      const names = Object.keys(olds);
      const isKept = names.some((name) => news[name] === olds[name]);
      const isMeant = names.every((name) => accepted.includes(name));
      if (names.length > 0 && !isKept && !isMeant) expect(refused).not.toEqual([]);
      if (isMeant) expect(refused).toEqual([]);
    }),
  );
});
