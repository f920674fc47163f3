import { expect, test } from "vitest";
import { factsScript, readFacts } from "./facts.ts";

test("what a host said", () => {
  const text = [
    "ready",
    "clock 10500",
    "machine 0123",
    "memory 3921",
    "engine 26.1.5",
    "free 40000",
    "swarm active",
    "noesp Error: Requested AEAD algorithm not found.",
    "container mine-etcd1;mine;10.0.0.1:2379-2380->2379-2380/tcp, 9100/tcp",
    "container web;;0.0.0.0:80->8080/tcp, [::]:80->8080/tcp",
    "container quiet;;",
    "listens 0.0.0.0:22",
    "listens [::]:22",
    "listens *:80",
    "listens 127.0.0.53%lo:53",
    "listens [fd00::1]:5432",
  ].join("\n");
  expect(readFacts(text, [9000, 10000])).toEqual({
    machine: "0123",
    aheadMs: [500, 1500],
    memoryMiB: 3921,
    freeMiB: 40000,
    engine: { version: "26.1.5" },
    inSwarm: true,
    espProblem: "Error: Requested AEAD algorithm not found.",
    containers: [
      {
        name: "mine-etcd1",
        fleet: "mine",
        published: [
          { address: "10.0.0.1", port: 2379 },
          { address: "10.0.0.1", port: 2380 },
        ],
      },
      {
        name: "web",
        fleet: "",
        published: [
          { address: "*", port: 80 },
          { address: "*", port: 80 },
        ],
      },
      { name: "quiet", fleet: "", published: [] },
    ],
    listening: [
      { address: "*", port: 22 },
      { address: "*", port: 22 },
      { address: "*", port: 80 },
      { address: "127.0.0.53", port: 53 },
      { address: "fd00::1", port: 5432 },
    ],
  });
});

test("why there is no Docker Engine", () => {
  const facts = readFacts(
    "clock 1\nmachine 0123\nmemory 1\nproblem sh: 1: docker: not found",
    [0, 1],
  );
  expect(facts.engine).toEqual({ problem: "sh: 1: docker: not found" });
  expect(facts).not.toHaveProperty("freeMiB");
  expect(facts.inSwarm).toBe(false);
});

test("the text that asks is constant, so nothing of the settings is run by a shell", () => {
  expect(factsScript).not.toContain("undefined");
  expect(factsScript).toContain("\nread -r _\n");
});
