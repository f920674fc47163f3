/** The Synap server that tests run on: a published image, a binary of this machine, or the stand-in. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

const run = promisify(execFile);

export interface SynapServer {
  readonly kind: "image" | "binary" | "stub";
  /** Image with the program at /usr/local/bin/synap-server. */
  readonly image: string;
}

/**
 * `SYNAP_IMAGE` names an image, `SYNAP_SERVER` a binary; without both it is the stand-in. Builds of the `synap` image in
 * this process take the server from there from now on.
 */
export async function synapServer(): Promise<SynapServer> {
  const { SYNAP_IMAGE: image, SYNAP_SERVER: binary } = process.env;
  if (image) return { kind: (/synap-(stub|binary)/.exec(image)?.[1] as "stub") ?? "image", image };
  const directory = await mkdtemp(join(tmpdir(), "synap-server-"));
  const program = join(directory, "synap-server");
  try {
    if (binary) await copyFile(binary, program);
    else await bundle(program);
    await chmod(program, 0o755);
    const kind = binary ? "binary" : "stub";
    const hash = createHash("sha256").update(await readFile(program));
    const tag = `synfleet-test/synap-${kind}:${hash.digest("hex").slice(0, 12)}`;
    await writeFile(
      join(directory, "Dockerfile"),
      "FROM scratch\nCOPY synap-server /usr/local/bin/synap-server\n",
    );
    await run("docker", ["build", "--quiet", "--tag", tag, directory], {
      env: { ...process.env, DOCKER_BUILDKIT: "0" },
    });
    process.env["SYNAP_IMAGE"] = tag;
    return { kind, image: tag };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The server's program itself, in a directory of this machine. */
export async function synapProgram(directory: string): Promise<SynapServer & { program: string }> {
  const server = await synapServer();
  const { kind, image } = server;
  // Without the ending, Node 24 takes the stand-in for a module.
  const target = join(directory, kind === "stub" ? "synap-server.cjs" : "synap-server");
  const { stdout } = await run("docker", ["create", image, "none"]);
  try {
    await run("docker", ["cp", `${stdout.trim()}:/usr/local/bin/synap-server`, target]);
  } finally {
    await run("docker", ["rm", stdout.trim()]);
  }
  return { ...server, program: target };
}

async function bundle(target: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, "synap-stub", "main.ts")],
    outfile: target,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "silent",
  });
}
