import { expect, test } from "vitest";
import { healthy, reportSynapseDB, type View } from "./synapsedb.ts";

const view = (manager: string, admitted: readonly boolean[]): View => ({
  manager,
  role: "follower",
  member: "postgres1",
  members: admitted.map((open, index) => ({
    name: `postgres${index + 1}`,
    presence: "joined",
    admitted: open,
    reason: null,
    server_version: "17.6",
  })),
  peers: [],
});

test.each<[string, readonly View[], boolean]>([
  ["every manager answers and every member is admitted", [view("a", [true, true])], true],
  ["a member is not admitted", [view("a", [true, true]), view("b", [true, false])], false],
  ["a manager does not answer", [view("a", [true]), { manager: "b", error: "refused" }], false],
  ["there is no manager to ask", [], false],
])("%s: %j is healthy %s", (_, views, expected) => {
  expect(healthy(views)).toBe(expected);
});

test("a manager that says nothing is shown with why, beside what the others say", async () => {
  const members = [{ name: "postgres1", presence: "joined", admitted: true }];
  const told = [{ role: "leader" }, { members }, { member: "postgres1", peers: [] }];
  const { sections, healthy } = await reportSynapseDB([
    { name: "manager1", ask: async () => told },
    { name: "manager2", ask: async () => "connection refused" },
  ]);
  expect(healthy).toBe(false);
  expect(Object.fromEntries(sections)).toEqual({
    Members: expect.stringMatching(/postgres1 +joined +admitted/),
    Replication: expect.any(String),
    Managers: expect.stringMatching(/manager1 +leader\n +manager2 +connection refused/),
  });
});
