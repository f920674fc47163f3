import { expect, test } from "vitest";
import { entrancesHealthy, partsOf, reportEntrances } from "./entrances.ts";
import { parseSettings } from "../../settings/read.ts";

const balancers = [
  { name: "balancer", host: "a" },
  { name: "balancer-b", host: "b" },
];

test("a Synaxic has an Nginx beside each balancer, and others have none", () => {
  expect(partsOf({ system: "synap", balancers })).toEqual(balancers);
  expect(partsOf({ system: "synaxic", balancers }).map(({ name }) => name)).toEqual([
    ...["balancer", "proxy", "balancer-b", "proxy-b"],
  ]);
});

test.each([
  [["healthy", "running"], true],
  [["healthy", "unhealthy"], false],
  [["healthy", "starting"], false],
  [["absent"], false],
])("%j is healthy %s", (states, expected) => {
  const all = states.map((state, index) => ({ name: `balancer${index}`, host: "a", state }));
  expect(entrancesHealthy(all)).toBe(expected);
});

test("each is shown with its host and what its engine says of it", async () => {
  const settings = parseSettings({ system: "synap" });
  const { sections } = await reportEntrances(settings, async (name) => `${name} is well`);
  expect(sections).toEqual([
    ["Entrances", expect.stringMatching(/balancer +local +balancer is well/)],
  ]);
});
