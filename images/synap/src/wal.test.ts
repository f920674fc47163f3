import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestBefore, scan, trim } from "./wal.ts";

let directory: string;
let path: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "synap-wal-"));
  path = join(directory, "synap.wal");
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function entry(data: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64BE(BigInt(data.length), 0);
  head.writeUInt32BE(crc32(data), 8);
  return Buffer.concat([head, data]);
}

const payload = fc.uint8Array({ minLength: 1, maxLength: 300 });

test("a log of whole entries is read to its end, from any entry on", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(payload, { maxLength: 20 }), fc.nat(20), async (data, skip) => {
      const entries = data.map(entry);
      const skipped = entries.slice(0, skip);
      const from = Buffer.concat(skipped).length;
      await writeFile(path, Buffer.concat(entries));
      const bytes = Buffer.concat(entries).length;
      expect(await scan(path, from)).toEqual({
        bytes,
        entries: data.length - skipped.length,
        torn: 0,
      });
    }),
    { numRuns: 50 },
  );
});

test("wherever a crash cuts the last entry, exactly the whole ones stay", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(payload, { maxLength: 5 }),
      payload,
      fc.nat(),
      async (data, last, at) => {
        const whole = Buffer.concat(data.map(entry));
        const torn = entry(last).subarray(0, at % entry(last).length);
        await writeFile(path, Buffer.concat([whole, torn]));
        expect(await trim(path)).toEqual({
          bytes: whole.length,
          entries: data.length,
          torn: torn.length,
        });
        expect(await readFile(path)).toEqual(whole);
      },
    ),
    { numRuns: 50 },
  );
});

test("zeros that a power failure left behind are a torn end", async () => {
  const whole = entry(Buffer.from("one"));
  await writeFile(path, Buffer.concat([whole, Buffer.alloc(5000)]));
  expect(await trim(path)).toMatchObject({ bytes: whole.length, torn: 5000 });
});

test("a broken entry with more behind it is damage, and nothing is cut off", async () => {
  const bytes = Buffer.concat(["one", "two", "three"].map((text) => entry(Buffer.from(text))));
  bytes[bytes.indexOf("two")]! ^= 1;
  await writeFile(path, bytes);
  expect(await trim(path)).toMatchObject({ entries: 1, damage: "entry 2 at byte 15 is damaged" });
  expect(await readFile(path)).toEqual(bytes);
});

test("a missing log is empty", async () => {
  expect(await scan(join(directory, "none"))).toEqual({ bytes: 0, entries: 0, torn: 0 });
});

test("logs are told apart by what is before a byte", async () => {
  await writeFile(path, "abcdef");
  const [abc, abcdef] = [await digestBefore(path, 3), await digestBefore(path, 6)];
  await writeFile(path, "abcxyz");
  expect(await digestBefore(path, 3)).toBe(abc);
  expect(await digestBefore(path, 6)).not.toBe(abcdef);
  expect(await digestBefore(path, 0)).toBe("empty");
});
