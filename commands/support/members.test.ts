import { expect, test } from "vitest";
import { parseSettings } from "../../settings/read.ts";
import { leftBy, withMember, withoutMember } from "./members.ts";

const members = [{ name: "main", postgresPort: 5432 }, { name: "replica1" }];
const free = { leads: [], fewest: 1 };

test("a member more comes last, on its host", () => {
  expect(withMember(members, "replica2")).toEqual([...members, { name: "replica2" }]);
  expect(withMember(members, "replica2", "beta").at(-1)).toEqual({
    name: "replica2",
    host: "beta",
  });
});

test("a name is not used twice", () => {
  expect(() => withMember(members, "main")).toThrow(/main, which is a member already/);
});

test("a member less leaves the others as they were written", () => {
  expect(withoutMember(members, "replica1", free)).toEqual([members[0]]);
});

test("who leads stays, and so do as many as the system needs", () => {
  expect(() => withoutMember(members, "main", { ...free, leads: ["PostgreSQL", "Redis"] })).toThrow(
    "leads PostgreSQL and Redis; allowed: a replica. Hand over first",
  );
  expect(() => withoutMember(members, "main", { leads: [], fewest: 2 })).toThrow("at least 2 stay");
  expect(() => withoutMember(members, "nobody", free)).toThrow("allowed: main, replica1");
});

test("volumes that a member leaves on a cluster are told, with how to remove them", () => {
  const on = (system: string, kubernetes: object) =>
    parseSettings({
      ...{ name: "orders", system, platform: "kubernetes" },
      kubernetes: { context: "lab", images: "loaded", ...kubernetes },
    });
  expect(leftBy(on("synaxic", { namespace: "shop" }), "replica3")).toContain(
    "kubectl --context lab --namespace shop delete persistentvolumeclaim postgres-replica3-data redis-replica3-data",
  );
  expect(leftBy(on("synap", {}), "synap4")).toMatch(/ --namespace orders delete \S+ synap4-data$/);
  expect(leftBy(on("synap", { keepVolumes: false }), "synap4")).toBeUndefined();
  expect(leftBy(parseSettings({ system: "synap" }), "synap4")).toBeUndefined();
});
