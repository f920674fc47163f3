import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { harness, type Made } from "../testing/harness.ts";
import { stateHash } from "./pem.ts";
import { tlsProvider } from "./provider.ts";

const KEY = "tls:index/privateKey:PrivateKey";

const { create, diff } = harness(tlsProvider());
const text = (made: Made, name: string) => String(made.outputs[name]);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tls-test-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

test.each([
  [{ algorithm: "RSA", rsaBits: 2048 }, "RSA PRIVATE KEY"],
  [{ algorithm: "ECDSA", ecdsaCurve: "P256" }, "EC PRIVATE KEY"],
  [{ algorithm: "ECDSA", ecdsaCurve: "P384" }, "EC PRIVATE KEY"],
  [{ algorithm: "ECDSA", ecdsaCurve: "P521" }, "EC PRIVATE KEY"],
  [{ algorithm: "ED25519" }, "PRIVATE KEY"],
])("%o in every form, all of one key", async (inputs, label) => {
  const key = await create(KEY, "key", inputs);
  expect(text(key, "privateKeyPem")).toMatch(new RegExp(`^-----BEGIN ${label}-----\n`));
  const publicPem = (pem: string) =>
    createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" });
  expect(publicPem(text(key, "privateKeyPem"))).toBe(text(key, "publicKeyPem"));
  expect(publicPem(text(key, "privateKeyPemPkcs8"))).toBe(text(key, "publicKeyPem"));
  const der = createPublicKey(text(key, "publicKeyPem")).export({ type: "spki", format: "der" });
  expect(key.id).toBe(stateHash(der));
  expect(key.outputs).toMatchObject({ rsaBits: 2048, id: key.id, algorithm: inputs.algorithm });
});

test("the id of a key leaves out bytes at its ends that are white space", () => {
  const sha1 = (data: Buffer) => createHash("sha1").update(data).digest("hex");
  expect(stateHash(Buffer.from([0x0a, 0x20, 0x30, 0x20, 0x31, 0x0d, 0x09]))).toBe(
    sha1(Buffer.from([0x30, 0x20, 0x31])),
  );
});

test.each([
  { algorithm: "RSA", ecdsaCurve: "P224" },
  { algorithm: "ECDSA", ecdsaCurve: "P256" },
  { algorithm: "ECDSA", ecdsaCurve: "P521" },
  { algorithm: "ED25519", ecdsaCurve: "P224" },
])("OpenSSH reads its form of %o", async (inputs) => {
  const key = await create(KEY, "key", inputs);
  const path = file(`id-${JSON.stringify(inputs).length}`, text(key, "privateKeyOpenssh"));
  const derived = run("ssh-keygen", "-y", "-f", path);
  expect(derived.trim()).toBe(text(key, "publicKeyOpenssh").trim());
  const publicPath = file("id.pub", text(key, "publicKeyOpenssh"));
  const sha256 = text(key, "publicKeyFingerprintSha256");
  expect(run("ssh-keygen", "-lf", publicPath)).toContain(sha256);
  const md5 = run("ssh-keygen", "-E", "md5", "-lf", publicPath);
  expect(md5).toContain(`MD5:${text(key, "publicKeyFingerprintMd5")}`);
});

test("P-224 is the default curve and has no OpenSSH form", async () => {
  const key = await create(KEY, "key", { algorithm: "ECDSA" });
  expect(key.outputs).toMatchObject({
    ecdsaCurve: "P224",
    privateKeyOpenssh: "",
    publicKeyOpenssh: "",
    publicKeyFingerprintMd5: "",
    publicKeyFingerprintSha256: "",
  });
});

test("is replaced by a change, and not by spelling out a default", async () => {
  const key = await create(KEY, "key", { algorithm: "ED25519" });
  expect((await diff(key, { algorithm: "ED25519", rsaBits: 2048 })).changed).toEqual([]);
  expect((await diff(key, { algorithm: "RSA" })).replaced).toEqual(["algorithm"]);
});

test("private forms are secret outputs", () => {
  expect([...tlsProvider().secretOutputs(KEY)].sort()).toEqual([
    "privateKeyOpenssh",
    "privateKeyPem",
    "privateKeyPemPkcs8",
  ]);
});
