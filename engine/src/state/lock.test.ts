import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { breakLocks, isDead, takeLock, type LockContent } from "./lock.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "lock-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const content = (rest: Partial<LockContent>): LockContent => ({
  pid: process.pid,
  username: "me",
  hostname: hostname(),
  timestamp: new Date().toISOString(),
  ...rest,
});
/** Above the highest process id that Linux gives. */
const NO_SUCH_PROCESS = 4_194_305;

test("a lock keeps the next out until it is released", async () => {
  const lock = await takeLock(folder);
  await expect(takeLock(folder)).rejects.toThrow(
    /the stack is currently locked by 1 lock\(s\).*`pulumi cancel`\.\n {2}file:.*created by .*\(pid \d+\) at /s,
  );
  await lock.release();
  await (await takeLock(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("of many at once at most one gets it, and no file is left of the others", async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(folder)));
  const won = results.filter((r) => r.status === "fulfilled");
  expect(won.length).toBeLessThanOrEqual(1);
  expect(readdirSync(folder)).toHaveLength(won.length);
});

test("dead, living and foreign processes are told apart", async () => {
  expect(await isDead(content({}))).toBe(false);
  expect(await isDead(content({ pid: NO_SUCH_PROCESS }))).toBe(true);
  expect(await isDead(content({ pid: NO_SUCH_PROCESS, hostname: "elsewhere" }))).toBe(false);
  // The id lives, but its process is younger than the lock.
  expect(await isDead(content({ timestamp: "2001-01-01T00:00:00Z" }))).toBe(true);
});

test("a dead process's lock is removed and told", async () => {
  writeFileSync(join(folder, "x.json"), JSON.stringify(content({ pid: NO_SUCH_PROCESS })));
  const told: LockContent[] = [];
  await (await takeLock(folder, (lock) => told.push(lock))).release();
  expect(told.map((l) => l.pid)).toEqual([NO_SUCH_PROCESS]);
});

test("a lock file that cannot be read is an error with the way out", async () => {
  writeFileSync(join(folder, "x.json"), "{");
  await expect(takeLock(folder)).rejects.toThrow("delete it with `pulumi cancel`");
  expect(await breakLocks(folder)).toBe(1);
  await (await takeLock(folder)).release();
});
