import { expect, test } from "vitest";
import { healthBy } from "./fleet.ts";

test.each([
  [0, "healthy\n", "", "healthy"],
  [1, "", "Error: No such object: orders-app\n", "absent"],
  [1, "", "error: no such object: orders-app\n", "absent"],
  [1, "", "no task of service orders-app is on its host", "absent"],
  [1, "", "Cannot connect to the Docker daemon", "not known: its host does not answer"],
  [
    255,
    "",
    "ssh: connect to host 10.0.0.9 port 22: timed out",
    "not known: its host does not answer",
  ],
  [127, "", "docker: not found", "not known: its host does not answer"],
])("docker inspect that ends with %i, %j and %j", (code, stdout, stderr, expected) => {
  expect(healthBy({ code, stdout, stderr })).toBe(expected);
});
