import { describe, expect, test } from "vitest";
import { decide, type Circumstances } from "./decide.ts";

const here = (more: Partial<Circumstances>): Circumstances => ({
  name: "a",
  declared: "a",
  state: { epoch: 0 },
  peers: { b: { epoch: 0 }, c: { epoch: 0 } },
  asked: true,
  ...more,
});
const none = (reason: string) => ({ role: "none", reason: expect.stringContaining(reason) });

describe("a member's role", () => {
  test.each<[string, Partial<Circumstances>, object]>([
    ["declared, and nobody has data", {}, { role: "master" }],
    ["declared, by itself", { peers: {} }, { role: "master" }],
    [
      "declared, but one is silent that may have data",
      { peers: { b: undefined, c: { epoch: 0 } } },
      none("waiting to hear from b"),
    ],
    ["not declared, nobody is master", { declared: "b" }, none("b has not come up")],
    [
      "empty, while it was master with data",
      { peers: { b: { epoch: 4, master: "a" } } },
      none("this volume is empty"),
    ],
    [
      "empty, another is master",
      { peers: { b: { epoch: 4, master: "b" } } },
      { role: "replica", of: "b" },
    ],
    [
      "master, and others agree",
      { state: { epoch: 2, master: "a" }, peers: { b: { epoch: 2, master: "a" } } },
      { role: "master" },
    ],
    [
      "master, and others are silent",
      { state: { epoch: 2, master: "a" }, peers: { b: undefined } },
      { role: "master" },
    ],
    [
      "master that has just started",
      { state: { epoch: 2, master: "a" }, peers: { b: undefined }, asked: false },
      none("asking the other members"),
    ],
    [
      "master, but another was made master later",
      { state: { epoch: 2, master: "a" }, peers: { b: { epoch: 3, master: "b" } } },
      { role: "replica", of: "b" },
    ],
    [
      "master that hands over",
      { state: { epoch: 2, master: "a", yields: { to: "b", epoch: 3 } } },
      none("handed over to b"),
    ],
    [
      "one of two that were made master at once",
      { state: { epoch: 2, master: "a" }, peers: { b: { epoch: 2, master: "b" } } },
      none("both made master by decision 2"),
    ],
    [
      "replica, and the master is silent",
      { state: { epoch: 2, master: "b" }, peers: { b: undefined } },
      { role: "replica", of: "b" },
    ],
    [
      "replica, though declared: the running cluster decides",
      { state: { epoch: 2, master: "b" }, peers: { b: { epoch: 2, master: "b" } } },
      { role: "replica", of: "b" },
    ],
  ])("%s", (_, circumstances, role) => {
    expect(decide(here(circumstances)).role).toEqual(role);
  });

  test("what it takes from others it remembers, and what it was told of the deployment stays", () => {
    const state = { epoch: 2, master: "a", declared: "a", yields: { to: "b", epoch: 3 } };
    const { state: next } = decide(
      here({ state, peers: { b: { epoch: 3, master: "b", declared: "b" } } }),
    );
    expect(next).toEqual({ epoch: 3, master: "b", declared: "a" });
  });

  test("a new master's decision is the first one", () => {
    expect(decide(here({ state: { epoch: 0, declared: "a" } })).state).toEqual({
      epoch: 1,
      master: "a",
      declared: "a",
    });
  });

  test("never are two members master that hear each other", () => {
    const names = ["a", "b", "c"];
    const states = [0, 1, 2].flatMap((epoch) =>
      names.map((master) => (epoch ? { epoch, master } : { epoch })),
    );
    for (const a of states)
      for (const b of states) {
        const said: Record<string, typeof a> = { a, b };
        const masters = ["a", "b"].filter((name) => {
          const other = name === "a" ? "b" : "a";
          const role = decide({
            name,
            declared: "a",
            state: said[name]!,
            peers: { [other]: said[other] },
            asked: true,
          });
          return role.role.role === "master";
        });
        expect([a, b, masters.length]).toEqual([a, b, Math.min(1, masters.length)]);
      }
  });
});
