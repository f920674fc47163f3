import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Gathering } from "./gathering.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const QUIET = 20;

function watched(gathering: Gathering): () => boolean {
  let isOver = false;
  void gathering.ended().then(() => (isOver = true));
  return () => isOver;
}

test("it is over when nothing has come for a moment", async () => {
  const gathering = new Gathering();
  const isOver = watched(gathering);
  await vi.advanceTimersByTimeAsync(QUIET - 1);
  await gathering.during(() => Promise.resolve());
  await vi.advanceTimersByTimeAsync(QUIET - 1);
  expect(isOver()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isOver()).toBe(true);
});

test("it waits for what is being looked at, but not for ever", async () => {
  const gathering = new Gathering();
  void gathering.during(() => new Promise(() => {}));
  const isOver = watched(gathering);
  await vi.advanceTimersByTimeAsync(10 * QUIET);
  expect(isOver()).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(isOver()).toBe(true);
});

test("what comes later does not wait", async () => {
  const gathering = new Gathering();
  const isOver = watched(gathering);
  await vi.advanceTimersByTimeAsync(QUIET);
  expect(isOver()).toBe(true);
  void gathering.during(() => new Promise(() => {}));
  await gathering.ended();
});
