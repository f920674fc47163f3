import { expect, test } from "vitest";
import { fencesOf } from "./synaxic.ts";

const members = ["main", "replica1", "replica2"].map((name) => ({ name, host: "local" }));

test("fences are asked one a host, on a cluster one beside each member, and of two members none", () => {
  expect(fencesOf({ platform: "docker", members })).toEqual([
    { of: "local", alias: "postgres-fence-local" },
  ]);
  expect(fencesOf({ platform: "kubernetes", members })).toEqual(
    members.map(({ name }) => ({ of: name, alias: `postgres-${name}`, companion: "fence" })),
  );
  for (const platform of ["docker", "kubernetes"] as const)
    expect(fencesOf({ platform, members: members.slice(0, 2) })).toEqual([]);
});
