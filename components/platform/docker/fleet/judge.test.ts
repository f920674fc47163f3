import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Facts } from "./facts.ts";
import { judge } from "./judge.ts";

const fit = (machine: string, changed: Partial<Facts> = {}): Facts => ({
  machine,
  aheadMs: [-20, 20],
  memoryMiB: 4000,
  freeMiB: 20_000,
  engine: { version: "26.1.5" },
  inSwarm: false,
  containers: [],
  listening: [{ address: "*", port: 22 }],
  ...changed,
});
const fleet = (changed: Partial<Facts> = {}) =>
  new Map([
    ["alpha", fit("1")],
    ["beta", fit("2", changed)],
  ]);
const otherwise = "place etcd1 on another host";
const wanted = [{ key: "etcd1", host: "beta", address: "10.0.0.2", port: 2379, otherwise }];
const published = (name: string, fleet: string, address: string) => ({
  containers: [{ name, fleet, published: [{ address, port: 2379 }] }],
});

describe("a fleet that is fit has no problems", () => {
  test.each([
    ["nothing there", {}],
    ["its own containers there", published("mine-etcd1", "mine", "10.0.0.2")],
    ["another address of the port", published("other", "other", "10.0.0.9")],
    ["a listener of the host itself", { listening: [{ address: "127.0.0.1", port: 2379 }] }],
    ["clocks that may differ by a slow answer", { aheadMs: [-3000, 900] as const }],
  ])("%s", (_, changed) => {
    expect(judge(fleet(changed), wanted, { deployment: "mine" })).toEqual([]);
  });

  test("its own container counts before what listens for it", () => {
    const ours = published("mine-etcd1", "mine", "10.0.0.2");
    const facts = fleet({ ...ours, listening: [{ address: "10.0.0.2", port: 2379 }] });
    expect(judge(facts, wanted, { deployment: "mine" })).toEqual([]);
  });
});

describe("a problem says where, what, what is allowed and what to do", () => {
  test.each<[string, Partial<Facts>]>([
    ["one machine twice", { machine: "1" }],
    ["a clock ahead", { aheadMs: [1200, 1400] }],
    ["a clock behind", { aheadMs: [-9000, -8900] }],
    ["no Docker", { engine: { problem: "sh: docker: not found" } }],
    ["an old Docker", { engine: { version: "19.03.15" } }],
    ["little memory", { memoryMiB: 480 }],
    ["a full disk", { freeMiB: 100 }],
    ["a kernel without ESP", { espProblem: "Error: Requested AEAD algorithm not found." }],
    ["another deployment's port", published("other-etcd1", "other", "*")],
    ["a container's port", published("etcd", "", "10.0.0.2")],
    ["a program's port", { listening: [{ address: "*", port: 2379 }] }],
  ])("%s", (_, changed) => {
    const problems = judge(fleet(changed), wanted, { deployment: "mine" });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchSnapshot();
  });
});

test("a host that the program prepares may have no Docker yet", () => {
  const facts = fleet({ engine: { problem: "sh: docker: not found" } });
  expect(judge(facts, wanted, { deployment: "mine", needsEngine: false })).toEqual([]);
});

test("all problems are told at once", () => {
  const facts = fleet({ memoryMiB: 1, freeMiB: 1, aheadMs: [5000, 5000] });
  expect(judge(facts, wanted, { deployment: "mine" })).toHaveLength(3);
});

test("clocks within a second of each other are never a problem", () => {
  const within = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(fc.array(within, { minLength: 1, maxLength: 8 }), fc.nat(5000), (ahead, slow) => {
      const facts = ahead.map((ms, index): [string, Facts] => [
        `host${index}`,
        fit(String(index), { aheadMs: [ms - slow, ms + slow] }),
      ]);
      expect(judge(new Map(facts), [], { deployment: "mine" })).toEqual([]);
    }),
  );
});
