import { describe, expect, test } from "vitest";
import { type ManagerProgress, type Progress, nextStep, progressTable } from "./progress.ts";

const ready = (number: number, change: Partial<ManagerProgress> = {}): ManagerProgress => ({
  manager: `manager${number}`,
  member: `postgres${number}`,
  healthy: true,
  initialised: true,
  meshComplete: true,
  marked: true,
  admitted: true,
  reason: "receives from all reachable peers",
  ...change,
});
const progress = (change: Partial<Progress> = {}): Progress => ({
  initialised: true,
  managers: [ready(1), ready(2), ready(3)],
  leader: { name: "etcd2" },
  balancer: [{ name: "read" }, { name: "write" }],
  ...change,
});

describe("nextStep", () => {
  test("is done when clients can use the cluster", () => {
    expect(nextStep(progress())).toEqual({ kind: "done" });
  });

  test("initialises once the mesh is complete, without waiting for what comes after", () => {
    const closed = [1, 2, 3].map((number) => ready(number, { admitted: false }));
    const balancer = [{ name: "read", error: "no server" }];
    expect(nextStep(progress({ initialised: false, managers: closed, balancer }))).toEqual({
      kind: "initialise",
    });
    const after = nextStep(progress({ managers: closed, balancer }));
    expect(after).toMatchObject({ kind: "wait" });
    expect(after.kind === "wait" && after.missing.length).toBe(4);
  });

  test.each([
    ["a manager", { managers: [ready(1, { error: "refused" })] }, "manager1: refused"],
    ["health", { managers: [ready(1, { healthy: false })] }, "manager1: not healthy"],
    [
      "the mesh",
      { managers: [ready(1, { meshComplete: false, reason: "joining" })] },
      "postgres1: mesh not complete (joining)",
    ],
    ["the mark", { managers: [ready(1, { marked: false })] }, "postgres1: not marked as joined"],
    ["admission", { managers: [ready(1, { admitted: false })] }, "postgres1: not admitted"],
    ["a leader", { leader: { error: "0 leaders" } }, "etcd: 0 leaders"],
    ["the balancer", { balancer: [{ name: "read", error: "closed" }] }, "balancer read: closed"],
  ])("waits for %s and says so", (_, change, message) => {
    const step = nextStep(progress(change));
    expect(step.kind === "wait" && step.missing.join("\n")).toContain(message);
  });
});

test("the table fits on a screen", () => {
  expect(progressTable(progress({ managers: [ready(1)] }))).toMatchInlineSnapshot(`
    "member     manager   admitted  why
    postgres1  manager1  yes       receives from all reachable peers
    etcd leader: etcd2
    balancer read: answers
    balancer write: answers"
  `);
});
