import { expect, test } from "vitest";
import { healthy, type View } from "./synapsedb.ts";

const view = (url: string, admitted: readonly boolean[]): View => ({
  url,
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
  ["a manager does not answer", [view("a", [true]), { url: "b", error: "refused" }], false],
  ["there is no manager to ask", [], false],
])("%s: %j is healthy %s", (_, views, expected) => {
  expect(healthy(views)).toBe(expected);
});
