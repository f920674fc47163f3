import { describe, expect, test } from "vitest";
import { limitOf, roomOf, successor, type Candidate } from "./room.ts";

const MiB = 1 << 20;
const GiB = 1024 * MiB;

test.each([
  ["a large volume", 100 * GiB, 512],
  ["a small one", 2 * GiB, 102],
  ["a tiny one", 64 * MiB, 16],
])("%s takes no writes with too little left", (_, size, limit) => {
  expect(Math.floor(limitOf(size) / MiB)).toBe(limit);
});

test("it takes twice the room to take writes again", () => {
  const size = 64 * MiB;
  const at = (free: number) => ({ free: free * MiB, size });
  expect(roomOf(at(16), "enough")).toBe("enough");
  expect(roomOf(at(15), "enough")).toBe("low");
  expect(roomOf(at(31), "low")).toBe("low");
  expect(roomOf(at(32), "low")).toBe("enough");
});

describe("who takes over from a master without room", () => {
  const fit: Candidate = { mode: "replica", ready: true, room: "enough" };
  const of = (second: Candidate | undefined, third: Candidate | undefined) =>
    successor(["a", "b", "c"], {
      a: { mode: "master", ready: false, room: "low" },
      ...(second && { b: second }),
      ...(third && { c: third }),
    });

  test("is the first replica that has all and has room", () => {
    expect(of(fit, fit)).toBe("b");
    expect(of({ ...fit, room: "low" }, fit)).toBe("c");
    expect(of({ ...fit, ready: false }, fit)).toBe("c");
    expect(of(undefined, fit)).toBe("c");
  });

  test("is nobody where all are as short, or do not say", () => {
    expect(of({ ...fit, room: "low" }, { ...fit, room: "low" })).toBeUndefined();
    expect(of({ mode: "replica", ready: true }, undefined)).toBeUndefined();
  });
});
