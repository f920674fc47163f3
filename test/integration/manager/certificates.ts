import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A throw-away certificate authority for one test. */
export class TestAuthority {
  readonly ca: string;
  readonly #directory: string;

  private constructor(directory: string, ca: string) {
    this.#directory = directory;
    this.ca = ca;
  }

  static async create(): Promise<TestAuthority> {
    const directory = await mkdtemp(join(tmpdir(), "manager-lab-ca-"));
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    await run(
      "openssl",
      [
        "req",
        "-x509",
        ...ec,
        "-keyout",
        "ca.key",
        "-out",
        "ca.crt",
        "-days",
        "2",
        "-subj",
        "/CN=test CA",
      ],
      { cwd: directory },
    );
    return new TestAuthority(directory, await readFile(join(directory, "ca.crt"), "utf8"));
  }

  /** A certificate for server and client use, as every part of a stack has one. */
  async issue(
    alias: string,
    names: readonly string[] = [],
  ): Promise<{ cert: string; key: string }> {
    const at = (suffix: string) => join(this.#directory, `${alias}.${suffix}`);
    const hosts = [alias, "localhost", ...names].map((name) => `DNS:${name}`).join(",");
    await writeFile(
      at("ext"),
      `subjectAltName=${hosts},IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n`,
    );
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    await run("openssl", [
      ...["req", ...ec, "-keyout", at("key"), "-out", at("csr"), "-subj", `/CN=${alias}`],
    ]);
    await run("openssl", [
      ...["x509", "-req", "-in", at("csr"), "-out", at("crt"), "-days", "2", "-extfile", at("ext")],
      ...["-CA", join(this.#directory, "ca.crt"), "-CAkey", join(this.#directory, "ca.key")],
      ...["-set_serial", `0x${randomBytes(8).toString("hex")}`],
    ]);
    return { cert: await readFile(at("crt"), "utf8"), key: await readFile(at("key"), "utf8") };
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}
