import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Snapshot } from "../state/checkpoint.ts";
import type { Resource } from "./resource.ts";
import { SharedWrite } from "./shared-write.ts";
import { SnapshotManager } from "./snapshot.ts";

test("whoever asks is answered by a write that began after it asked, and no two run at once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ before: fc.nat(3), takes: fc.nat(3) }), { maxLength: 30 }),
      async (asks) => {
        let [state, written, running] = [0, 0, 0];
        const takes = asks.map((ask) => ask.takes);
        const shared = new SharedWrite(async () => {
          const taken = state;
          expect(++running).toBe(1);
          await sleep(takes.shift() ?? 0);
          running--;
          written = taken;
        });
        await Promise.all(
          asks.map(async ({ before }) => {
            await sleep(before);
            const mine = ++state;
            await shared.request();
            expect(written).toBeGreaterThanOrEqual(mine);
          }),
        );
        await shared.settled();
        expect(running).toBe(0);
      },
    ),
    { numRuns: 20 },
  );
});

test("a write that fails is told to all who shared it, and not to the next", async () => {
  let full = true;
  const shared = new SharedWrite(() =>
    full ? Promise.reject(new Error("no space left")) : Promise.resolve(),
  );
  const results = await Promise.allSettled([shared.request(), shared.request()]);
  expect(results.map((r) => r.status)).toEqual(["rejected", "rejected"]);
  full = false;
  await shared.request();
  await shared.settled();
});

const resource = (name: string): Resource => ({
  urn: `urn:pulumi:dev::p::t:m:T::${name}`,
  type: "t:m:T",
  custom: true,
  id: name,
  parent: "",
  provider: "",
  inputs: {},
  outputs: {},
  dependencies: [],
  propertyDependencies: {},
});
const BASE: Snapshot = { resources: [], pending: [] };

test("a resource is in the file before the answer to it, and an operation before it begins", async () => {
  let file: Snapshot = BASE;
  const snapshot = new SnapshotManager(BASE, async (now) => {
    const picture = { ...now, resources: [...now.resources], pending: [...now.pending] };
    await sleep(2);
    file = picture;
  });
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      await sleep(i % 5);
      const mine = resource(`r${i}`);
      const operation = await snapshot.begin(mine, "creating");
      expect(file.pending.map((p) => p.resource.urn)).toContain(mine.urn);
      snapshot.end(operation);
      await snapshot.replace(undefined, mine);
      expect(file.resources.map((r) => r.urn)).toContain(mine.urn);
    }),
  );
});

test("what could not be written is tried once more at the end", async () => {
  let [full, file] = [true, BASE];
  const snapshot = new SnapshotManager(BASE, (now) => {
    if (full) return Promise.reject(new Error("no space left"));
    file = now;
    return Promise.resolve();
  });
  await expect(snapshot.replace(undefined, resource("a"))).rejects.toThrow("no space left");
  await expect(snapshot.close()).rejects.toThrow("no space left");
  full = false;
  await snapshot.close();
  expect(file.resources).toHaveLength(1);
});
