import fc from "fast-check";
import { expect, test } from "vitest";
import { keyCrypter } from "../secrets/crypter.ts";
import { Secret, equal, type Value, type Values } from "../values/property.ts";
import { checkpointWriter, openSnapshot, parseCheckpoint, renderCheckpoint } from "./checkpoint.ts";
import { serializeResource } from "./resource.ts";
import type { Resource } from "../deployment/resource.ts";
import { blindCodec, crypterCodec, decode, encode } from "./secrets.ts";

const KEY_BYTES = 32;
const crypter = keyCrypter(new Uint8Array(KEY_BYTES).fill(7));
const URN = "urn:pulumi:dev::p::memory:index/thing:Thing::x";

/** As the Pulumi CLI writes one, with fields that this engine does not use. */
const written = (secret: string): string =>
  JSON.stringify({
    version: 3,
    checkpoint: {
      stack: "organization/p/dev",
      latest: {
        manifest: { time: "2026-01-01T00:00:00Z", magic: "m", version: "v3.260.0" },
        secrets_providers: { type: "passphrase", state: { salt: "v1:a:v1:b:c" } },
        resources: [
          {
            urn: URN,
            custom: true,
            id: "x",
            type: "memory:index/thing:Thing",
            inputs: {
              __defaults: ["name"],
              password: {
                "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                ciphertext: secret,
              },
            },
            outputs: { password: null, count: 0, on: false, none: "" },
            dependencies: ["urn:other"],
            propertyDependencies: { password: null },
            stackTrace: [{ sourcePosition: "project:///index.ts#1,2" }],
            protect: true,
          },
        ],
        pending_operations: [
          {
            type: "creating",
            resource: { urn: `${URN}y`, custom: true, type: "memory:index/thing:Thing" },
          },
        ],
        metadata: {},
      },
    },
  });

test("a state of the CLI comes back as it was, ciphertexts included", () => {
  const text = written(crypter.encrypt('"hush"'));
  const codec = crypterCodec(crypter);
  const snapshot = openSnapshot(parseCheckpoint(text, "f"), codec);
  const [resource] = snapshot.resources;
  expect(resource!.inputs["password"]).toEqual(new Secret("hush"));
  expect(snapshot.pending[0]!.type).toBe("creating");
  const was = (JSON.parse(text) as { checkpoint: { latest: Values } }).checkpoint.latest;
  const now = (
    JSON.parse(renderCheckpoint("organization/p/dev", snapshot, codec)) as {
      checkpoint: { latest: Values };
    }
  ).checkpoint.latest;
  const expected = structuredClone(was["resources"]) as Values[];
  expected[0]!["propertyDependencies"] = { password: [] };
  expect(now["resources"]).toEqual(expected);
  expect(now["pending_operations"]).toEqual(was["pending_operations"]);
  expect(now["secrets_providers"]).toEqual(was["secrets_providers"]);
});

test("without the passphrase secrets stay what they were", () => {
  const codec = blindCodec();
  const text = written("v1:not:ours");
  const out = renderCheckpoint("s", openSnapshot(parseCheckpoint(text, "f"), codec), codec);
  expect(out).toContain("v1:not:ours");
});

test("any value survives encryption and decryption", () => {
  const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Value>(null, true, false, ""),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
      fc.string({ unit: "grapheme" }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie("value"), { maxKeys: 3 }),
      tie("value").map((v) => new Secret(v)),
    ),
  })).value;
  fc.assert(
    fc.property(values, (value) => {
      const codec = crypterCodec(crypter);
      const text = JSON.stringify(encode(value, codec));
      // Written again it is the same text: what did not change is not encrypted anew.
      const back = decode(JSON.parse(text), codec);
      expect(equal(back, value)).toBe(true);
      expect(JSON.stringify(encode(back, codec))).toBe(text);
    }),
  );
});

test("a state file cut anywhere is refused with the place of its backup", () => {
  const text = written("v1:a:b");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
      expect(() => parseCheckpoint(text.slice(0, length), "/s/dev.json")).toThrow(
        /\/s\/dev\.json is damaged .*dev\.json\.bak/s,
      );
    }),
  );
});

test.each([
  ["[]", "is damaged"],
  ['{"version":2,"checkpoint":{}}', "checkpoint version 2"],
  [
    '{"version":4,"features":["views"],"checkpoint":{}}',
    "needs support for the following features: views",
  ],
  [
    '{"version":3,"checkpoint":{"latest":{"secrets_providers":{"type":"cloud"}}}}',
    'kept by "cloud"',
  ],
])("%s is refused", (text, words) => {
  expect(() => parseCheckpoint(text, "f")).toThrow(words);
});

test("a field that is set anew is in the next text, whatever was kept of the one before", () => {
  const codec = crypterCodec(crypter);
  const snapshot = openSnapshot(parseCheckpoint(written(crypter.encrypt('"hush"')), "f"), codec);
  const write = checkpointWriter("s", codec);
  const [resource] = snapshot.resources;
  const changes = fc.constantFrom<Partial<Resource>>(
    { outputs: { echo: "2" } },
    { inputs: {} },
    { delete: true },
    { delete: undefined },
    { pendingReplacement: true },
    { dependencies: [URN] },
    { id: "other" },
    { rest: { unheardOf: 1 } },
  );
  fc.assert(
    fc.property(fc.array(changes), (list) => {
      for (const change of list) {
        Object.assign(resource!, change);
        const text = write(snapshot).toString();
        const { checkpoint } = JSON.parse(text) as { checkpoint: { latest: Values } };
        expect((checkpoint.latest["resources"] as Values[])[0]).toEqual(
          JSON.parse(JSON.stringify(serializeResource(resource!, codec))),
        );
      }
    }),
  );
});
