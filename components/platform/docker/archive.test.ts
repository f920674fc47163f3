import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as tar from "tar-stream";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { archive, type ArchiveEntry } from "./archive.ts";

async function unpack(base64: string) {
  const extract = Readable.from([Buffer.from(base64, "base64")]).pipe(tar.extract());
  const entries: { name: string; mode: number; uid: number; content: string }[] = [];
  for await (const entry of extract) {
    const { name, mode, uid } = entry.header;
    entries.push({ name, mode: mode!, uid: uid!, content: await text(entry) });
  }
  return entries;
}

test("secrets are readable by the service alone, the rest by all, and folders come first", async () => {
  const entries = await unpack(
    await archive([
      { path: "tls/node.key", content: "key", secret: true },
      { path: "server.conf", content: "ü = 1", secret: false },
    ]),
  );
  expect(entries).toEqual([
    { name: "tls", mode: 0o755, uid: 10001, content: "" },
    { name: "server.conf", mode: 0o444, uid: 10001, content: "ü = 1" },
    { name: "tls/node.key", mode: 0o400, uid: 10001, content: "key" },
  ]);
});

test("bytes stay as they are, and files are those of the user who reads them", async () => {
  const content = Buffer.from([0, 255, 254, 10]);
  const packed = await archive([{ path: "trust.p12", content, secret: true }], 1001);
  const extract = Readable.from([Buffer.from(packed, "base64")]).pipe(tar.extract());
  for await (const entry of extract) {
    expect(entry.header).toMatchObject({ uid: 1001, gid: 1001, mode: 0o400 });
    expect(await buffer(entry)).toEqual(content);
  }
});

test("the same files in any order give the same text", async () => {
  const entry: fc.Arbitrary<ArchiveEntry> = fc.record({
    path: fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8})?\.conf$/),
    content: fc.string({ unit: "grapheme", maxLength: 2000 }),
    secret: fc.boolean(),
  });
  const files = fc.uniqueArray(entry, { selector: ({ path }) => path, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(files, async (given) => {
      const packed = await archive(given);
      expect(await archive(given.toReversed())).toBe(packed);
      const contents = (await unpack(packed)).filter(({ name }) => name.endsWith(".conf"));
      expect(contents.map(({ content }) => content).sort()).toEqual(
        given.map(({ content }) => content).sort(),
      );
    }),
    { numRuns: 50 },
  );
});
