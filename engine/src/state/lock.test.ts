import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { breakLocks, isDead, takeLock, type LockContent } from "./lock.ts";
import { isGone, markOf } from "./process.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "lock-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const mark = markOf(process.pid);
const content = (rest: Partial<LockContent>): LockContent => ({
  pid: process.pid,
  username: "me",
  hostname: hostname(),
  timestamp: new Date().toISOString(),
  process: mark,
  ...rest,
});
/** Above the highest process id that Linux gives. */
const NO_SUCH_PROCESS = 4_194_305;

test("a lock keeps the next out until it is released", async () => {
  const lock = await takeLock(folder);
  await expect(takeLock(folder)).rejects.toThrow(
    /the stack is currently locked by 1 lock\(s\).*`pulumi cancel`\.\n {2}file:.*created by .*\(pid \d+\) at /s,
  );
  // As the CLI writes times: without fractions of a second.
  await expect(takeLock(folder)).rejects.toThrow(/ at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  await lock.release();
  await (await takeLock(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("of two at once one gets it, and no file is left of the other", async () => {
  const results = await Promise.allSettled([takeLock(folder), takeLock(folder)]);
  expect(results.map((r) => r.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(readdirSync(folder)).toHaveLength(1);
});

test("of many at once at most one gets it", async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(folder)));
  const won = results.filter((r) => r.status === "fulfilled");
  expect(won.length).toBeLessThanOrEqual(1);
  expect(readdirSync(folder)).toHaveLength(won.length);
});

test("dead, living and foreign processes are told apart", () => {
  expect(isDead(content({}))).toBe(false);
  expect(isDead(content({ pid: NO_SUCH_PROCESS }))).toBe(true);
  expect(isDead(content({ pid: NO_SUCH_PROCESS, hostname: "elsewhere" }))).toBe(false);
  // The CLI does not say which process of that id it was.
  expect(isDead(content({ pid: NO_SUCH_PROCESS, process: undefined }))).toBe(false);
  // The id was given to another process since.
  expect(isDead(content({ process: { ...mark, started: "1" } }))).toBe(true);
  // In a container of the same host name the ids are others.
  expect(isDead(content({ process: { ...mark, namespace: "pid:[1]" } }))).toBe(false);
});

test("after a boot of the same machine every process is gone; of another machine nothing is known", () => {
  const here = { boot: "b", machine: "m", namespace: "n", started: "5" };
  expect(isGone(1, { ...here, boot: "a" }, here)).toBe(true);
  expect(isGone(1, { ...here, boot: "a", machine: "other" }, here)).toBe(false);
  expect(
    isGone(1, { ...here, boot: "a", machine: undefined }, { ...here, machine: undefined }),
  ).toBe(false);
});

test("a dead process's lock is removed and told", async () => {
  writeFileSync(join(folder, "x.json"), JSON.stringify(content({ pid: NO_SUCH_PROCESS })));
  const told: LockContent[] = [];
  await (await takeLock(folder, (lock) => told.push(lock))).release();
  expect(told.map((l) => l.pid)).toEqual([NO_SUCH_PROCESS]);
});

test.each(["{", "", "null", "3", "[]", "{}", '{"pid":"1"}'])(
  "a lock file with %s is an error with the way out",
  async (text) => {
    writeFileSync(join(folder, "x.json"), text);
    await expect(takeLock(folder)).rejects.toThrow("delete it with `pulumi cancel`");
    expect(await breakLocks(folder)).toBe(1);
    await (await takeLock(folder)).release();
  },
);
