import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { candidatesOf, settingsYml, type SettingsArgs } from "./conf.ts";
import { failoverProfiles, failoverTimers } from "./profile.ts";

const members = ["postgres1", "postgres2", "postgres3"];
const args: SettingsArgs = {
  member: "postgres2",
  members,
  candidates: members,
  profile: "standard",
  server: { memoryMib: 1024 },
};
const settings = (changed: Partial<SettingsArgs> = {}) =>
  parse(settingsYml({ ...args, ...changed }));

describe("the timers of a profile", () => {
  test.each(failoverProfiles)("%s are what Patroni takes as they are", (profile) => {
    const { ttl, loopWait, retryTimeout } = failoverTimers(profile);
    expect(ttl).toBeGreaterThanOrEqual(20);
    expect(loopWait).toBeGreaterThanOrEqual(1);
    expect(retryTimeout).toBeGreaterThanOrEqual(3);
    expect(loopWait + 2 * retryTimeout).toBeLessThanOrEqual(ttl);
    expect(settings({ profile }).bootstrap.dcs).toMatchObject({
      ttl,
      loop_wait: loopWait,
      retry_timeout: retryTimeout,
    });
  });

  test("are refused under another name", () => {
    expect(() => failoverTimers("faster" as "fast")).toThrow(
      'profile is "faster". Allowed: fast, standard, wide-area',
    );
  });
});

describe("settings", () => {
  test("ask two of three for each commit, and of two members none", () => {
    const mode = (names: string[]) => {
      const { dcs } = settings({ member: names[0]!, members: names, candidates: names }).bootstrap;
      return [dcs.synchronous_mode, dcs.synchronous_mode_strict];
    };
    expect(mode(members)).toEqual(["quorum", true]);
    expect(mode([...members, "postgres4"])).toEqual(["quorum", true]);
    expect(mode(members.slice(1))).toEqual(["off", false]);
  });

  test("have a commit confirmed by as many as may be lost with the leader among them", () => {
    const names = Array.from({ length: 7 }, (_, index) => `postgres${index + 1}`);
    const counts = names.map((_, index) => {
      const members = names.slice(0, index + 1);
      const { dcs } = settings({ member: names[0]!, members, candidates: members }).bootstrap;
      return dcs.synchronous_node_count;
    });
    expect(counts).toEqual([1, 1, 1, 1, 2, 2, 3]);
  });

  test("let only candidates lead", () => {
    expect(settings({ candidates: ["postgres2"] }).tags.nofailover).toBe(false);
    expect(settings({ candidates: ["postgres1"] }).tags.nofailover).toBe(true);
  });

  test("keep a slot for each declared member", () => {
    expect(settings({ members: ["postgres2", "node-3"] }).bootstrap.dcs.slots).toEqual({
      postgres2: { type: "physical" },
      node_3: { type: "physical" },
    });
    expect(() => settings({ members: ["postgres2", "node-3", "node_3"] })).toThrow(
      "two of them have the slot node_3",
    );
  });

  test("put what followers may not have less of into the cluster's part, and the rest into the member's", () => {
    const made = settings({
      server: {
        memoryMib: 512,
        maxConnections: 70,
        parameters: { max_worker_processes: 9, work_mem: "7MB" },
      },
    });
    expect(made.bootstrap.dcs.postgresql.parameters).toMatchObject({
      max_connections: 70,
      max_worker_processes: 9,
    });
    expect(made.postgresql.parameters).toMatchObject({ work_mem: "7MB", ssl: "on" });
    expect(made.postgresql.parameters).not.toHaveProperty("max_connections");
  });

  test.each(["synchronous_standby_names", "primary_conninfo", "max_connections", "hba_file"])(
    "refuse the parameter %s, which the cluster depends on",
    (name) => {
      expect(() => settings({ server: { parameters: { [name]: "x" } } })).toThrow(
        `parameters: "${name}" (value "x") is set by Synfleet`,
      );
    },
  );

  test("refuse a value of two lines", () => {
    expect(() => settings({ server: { parameters: { search_path: "a\nb" } } })).toThrow(
      "search_path has a line break",
    );
  });

  test("have a tag that is another as soon as anything is, and the same for the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 26, max: 900 }), fc.integer({ min: 26, max: 900 }), (a, b) => {
        const tag = (maxConnections: number) =>
          settings({ server: { maxConnections } }).tags.settings;
        expect(tag(a) === tag(b)).toBe(a === b);
      }),
      { numRuns: 20 },
    );
  });
});

describe("candidates", () => {
  test("are all of three, and one of two", () => {
    expect(candidatesOf(members)).toEqual(members);
    expect(candidatesOf(["a", "b"])).toEqual(["a"]);
    expect(candidatesOf(["a", "b"], ["b"])).toEqual(["b"]);
    expect(candidatesOf(["a"])).toEqual(["a"]);
  });

  test("are refused where nobody, a stranger, or both of two could lead", () => {
    expect(() => candidatesOf(members, [])).toThrow("candidates is []. Allowed: one or more of");
    expect(() => candidatesOf(members, ["other"])).toThrow('candidates is ["other"]');
    expect(() => candidatesOf(["a", "b"], ["a", "b"])).toThrow("fail over by hand");
  });
});
