/** Ensures `debian:trixie-slim`: present, else pulled, else made with debootstrap from the machine's own Debian source. */
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aptEntries, debianMirrors, type AptFile, type Mirrors } from "./apt.ts";
import { BuildError, docker, runQuietly, succeeds } from "./docker.ts";

export const baseImage = "debian:trixie-slim";
const suite = "trixie";
const pullTimeoutMs = 60_000;

export async function ensureBaseImage(log: (line: string) => void): Promise<void> {
  if (await succeeds(["image", "inspect", baseImage])) return;
  log(`pulling ${baseImage}`);
  if (await succeeds(["pull", "--quiet", baseImage], { timeoutMs: pullTimeoutMs })) return;
  log(
    `${baseImage} cannot be pulled: making it with debootstrap from this machine's Debian source`,
  );
  await makeBaseImage(await machineMirrors(), log);
}

export async function machineMirrors(): Promise<Mirrors> {
  const directory = "/etc/apt/sources.list.d";
  const names = await readdir(directory).catch(() => []);
  const paths = [
    "/etc/apt/sources.list",
    ...names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(directory, name)),
  ];
  const files: AptFile[] = [];
  for (const path of paths) {
    const content = await readFile(path, "utf8").catch(() => undefined);
    if (content !== undefined) files.push({ path, content });
  }
  const mirrors = debianMirrors(aptEntries(files));
  if (mirrors) return mirrors;
  throw new BuildError(
    `${baseImage} is not here, cannot be pulled, and cannot be made: none of ${paths.join(", ")} names a Debian archive (this is no Debian machine?). ` +
      `Load the image by hand: on a machine that can pull it, \`docker pull ${baseImage} && docker save ${baseImage} -o base.tar\`; here, \`docker load -i base.tar\`.`,
  );
}

async function makeBaseImage(mirrors: Mirrors, log: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new BuildError(
      `${baseImage} cannot be pulled, and making it with debootstrap needs root. Run once as root: node images/build.ts --base`,
    );
  }
  await ensureDebootstrap(log);
  const root = await mkdtemp(join(tmpdir(), "synfleet-base-"));
  try {
    await runQuietly("debootstrap", ["--variant=minbase", suite, root, mirrors.archive]);
    await writeFile(join(root, "etc/apt/sources.list"), await sourcesList(mirrors));
    await runQuietly("sh", [
      "-c",
      `rm -rf "$0"/var/cache/apt/* "$0"/var/lib/apt/lists/* "$0"/usr/share/doc/* "$0"/usr/share/man/* "$0"/usr/share/locale/* "$0"/var/log/*`,
      root,
    ]);
    await runQuietly("sh", [
      "-c",
      `tar -C "$0" -c . | docker import -c 'CMD ["bash"]' - "$1"`,
      root,
      baseImage,
    ]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  await docker(["image", "inspect", baseImage]);
}

/** Whoever may make the base image may install what makes it, from the same source. */
export async function ensureDebootstrap(log: (line: string) => void): Promise<void> {
  const there = await runQuietly("debootstrap", ["--version"]).then(
    () => true,
    () => false,
  );
  if (there) return;
  log("installing debootstrap");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await runQuietly("apt-get", ["update", "-qq"], { env });
  const words = ["install", "-y", "-qq", "--no-install-recommends", "debootstrap"];
  await runQuietly("apt-get", words, { env });
}

/** Security and point updates as well where the mirrors have them; a mirror that lacks a suite would fail every build. */
async function sourcesList({ archive, security }: Mirrors): Promise<string> {
  const lines = [`deb ${archive} ${suite} main`];
  if (await serves(archive, `${suite}-updates`)) lines.push(`deb ${archive} ${suite}-updates main`);
  if (security && (await serves(security, `${suite}-security`)))
    lines.push(`deb ${security} ${suite}-security main`);
  return lines.join("\n") + "\n";
}

async function serves(mirror: string, name: string): Promise<boolean> {
  const url = `${mirror.replace(/\/$/, "")}/dists/${name}/InRelease`;
  return fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5000) }).then(
    (response) => response.ok,
    () => false,
  );
}
