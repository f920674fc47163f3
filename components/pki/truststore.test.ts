import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { trustStore } from "./truststore.ts";

const run = promisify(execFile);
let folder = "";
let pem = "";
let fingerprint = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "truststore-"));
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const subject = ["-subj", "/CN=orders", "-days", "2", "-keyout", "ca.key", "-out", "ca.crt"];
  await run("openssl", ["req", "-x509", ...key, ...subject], { cwd: folder });
  pem = await readFile(join(folder, "ca.crt"), "utf8");
  const { stdout } = await run(
    "openssl",
    ["x509", "-in", "ca.crt", "-noout", "-fingerprint", "-sha256"],
    { cwd: folder },
  );
  fingerprint = stdout.trim().split("=")[1]!;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(password: string): Promise<string> {
  const path = join(folder, "truststore.p12");
  await writeFile(path, Buffer.from(trustStore(pem, password), "base64"));
  return path;
}

async function missing(program: string): Promise<boolean> {
  return run("sh", ["-c", `command -v ${program}`]).then(
    () => false,
    () => true,
  );
}

describe("a trust store", () => {
  test("is a trusted certificate to Java", async (context) => {
    if (await missing("keytool")) context.skip("there is no Java on this machine");
    const { stdout } = await run("keytool", [
      ...["-list", "-v", "-keystore", await written("tr u$t'ed"), "-storepass", "tr u$t'ed"],
    ]);
    expect(stdout).toMatch(/^Alias name: ca$/m);
    expect(stdout).toContain("Entry type: trustedCertEntry");
    expect(stdout).toContain(fingerprint);
  });

  test("is the same certificate, and no key, to OpenSSL", async () => {
    const { stdout } = await run("openssl", [
      ...["pkcs12", "-in", await written("correct-horse"), "-passin", "pass:correct-horse"],
      "-nokeys",
    ]);
    expect(stdout).toContain(pem.trim());
    expect(stdout).not.toContain("PRIVATE KEY");
  });

  test("is refused with another password", async () => {
    const path = await written("correct-horse");
    await expect(
      run("openssl", ["pkcs12", "-in", path, "-passin", "pass:wrong-horse", "-nokeys"]),
    ).rejects.toThrow(/[Mm]ac verify error/);
  });

  test("is the same bytes for the same arguments", () => {
    expect(trustStore(pem, "correct-horse")).toBe(trustStore(pem, "correct-horse"));
    expect(trustStore(pem, "correct-horse")).not.toBe(trustStore(pem, "battery-staple"));
  });

  test("refuses to be empty", () => {
    expect(() => trustStore("no certificate here", "correct-horse")).toThrow(
      "none given. Allowed: one or more in PEM form",
    );
  });

  test("refuses a password that Java's tools would", () => {
    for (const password of ["short", "größer-als-6"])
      expect(() => trustStore(pem, password)).toThrow("Allowed: 6 or more letters");
  });
});
