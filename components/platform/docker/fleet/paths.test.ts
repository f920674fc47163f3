import { expect, test } from "vitest";
import { closedOf, closedProblem, targetWord } from "./paths.ts";

test("targets go out as words, and those that are closed come back", () => {
  const targets = [
    { address: "10.0.0.2", port: 2379 },
    { address: "fd00::2", port: 5432 },
  ];
  const text = targets.map((target) => `closed ${targetWord(target)}\n`).join("");
  expect(closedOf(text)).toEqual(targets);
  expect(closedOf("")).toEqual([]);
});

test("a way that is closed is told with both ends", () => {
  const from = { name: "alpha", address: "10.0.0.1" };
  const to = { name: "beta", address: "10.0.0.2" };
  expect(closedProblem(from, to, [5432, 2379])).toBe(
    "hosts: alpha does not reach beta at 10.0.0.2, ports 2379, 5432: no connection within 3 s; allowed: all ports of the parts that " +
      "are on it. Admit 10.0.0.1 there in the firewall of beta and of the network between, or set privateAddress.",
  );
});
