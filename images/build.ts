/** `node images/build.ts NAME… [--print-tag]`: builds the images whose tag is not there yet. */
import { chmod, copyFile, mkdir, mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ensureBaseImage } from "./base.ts";
import { BuildError, docker, runQuietly, succeeds } from "./docker.ts";
import {
  buildInputs,
  bundleEntryPoint,
  packedBundle,
  imageNames,
  imageTag,
  recordedPackages,
  synapServerImage,
  type BuildOptions,
  type ImageName,
} from "./inputs.ts";

export { imageNames, imageTag, type BuildOptions, type ImageName } from "./inputs.ts";

const neededBytes = 3 * 1024 ** 3;

/** Builds the image unless its tag exists; returns the tag. */
export async function buildImage(
  name: ImageName,
  options: BuildOptions & { log?: (line: string) => void } = {},
): Promise<string> {
  const log = options.log ?? ((line) => console.error(line));
  const tag = imageTag(name, options);
  if (await exists(tag)) return tag;
  await requireDiskSpace();
  await ensureBaseImage(log);
  if (name === "synap") await ensureSynapServer(log);
  log(`building ${tag}`);
  const context = await mkdtemp(join(tmpdir(), "synfleet-image-"));
  // A name of its own: two builds at once of the same image must not remove each other's.
  const unlabelled = `${tag}-unlabelled-${basename(context).slice(-6).toLowerCase()}`;
  try {
    await writeContext(context, name, options);
    const env = await builderEnvironment();
    await runQuietly(
      "docker",
      ["build", "--target", name, "--tag", unlabelled, ...proxyArguments(), context],
      { env },
    );
    // The tag appears only with this second build, so an image under its tag is always a finished one.
    const label = `org.synfleet.packages=${await installedPackages(unlabelled, name)}`;
    await runQuietly("docker", ["build", "--label", label, "--tag", tag, "-"], {
      env,
      stdin: `FROM ${unlabelled}\n`,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
    await succeeds(["image", "rm", "--no-prune", unlabelled]);
  }
  return tag;
}

/** Said here by name, where the builder would only say that a step has failed. */
async function ensureSynapServer(log: (line: string) => void): Promise<void> {
  const image = synapServerImage();
  if (await succeeds(["image", "inspect", image])) return;
  log(`pulling ${image}`);
  if (await succeeds(["pull", "--quiet", image])) return;
  throw new BuildError(
    `The Synap server's image ${image} is not here and cannot be pulled. Set SYNAP_IMAGE to one that can be (the program is at /usr/local/bin/synap-server in it), ` +
      `or load it by hand: where it can be pulled, \`docker pull ${image} && docker save ${image} -o synap.tar\`; here, \`docker load -i synap.tar\`.`,
  );
}

async function exists(tag: string): Promise<boolean> {
  if (await succeeds(["image", "inspect", tag])) return true;
  await docker(["version", "--format", "{{.Server.Version}}"]); // tells "no such image" from "no Docker"
  return false;
}

async function requireDiskSpace(): Promise<void> {
  const { stdout } = await docker(["info", "--format", "{{.DockerRootDir}}"]);
  const root = stdout.trim();
  const disk = await statfs(root).catch(() => undefined); // a remote daemon's directory is not ours to look at
  if (!disk) return;
  const freeBytes = disk.bavail * disk.bsize;
  if (freeBytes >= neededBytes) return;
  throw new BuildError(
    `Not enough disk space for images: ${root} has ${gibibytes(freeBytes)} GiB free and ${gibibytes(neededBytes)} GiB are needed. ` +
      `Free some (\`docker system df\` shows what Docker holds, \`docker image prune\` removes what nothing uses) and run again.`,
  );
}

function gibibytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}

async function writeContext(
  context: string,
  name: ImageName,
  options: BuildOptions,
): Promise<void> {
  for (const { path, content, mode } of buildInputs(name, options)) {
    const target = join(context, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, mode); // not left to the umask
  }
  await bundle(name, join(context, name, `${name}.js`));
}

/** One file for Debian's Node.js 20, so that the image needs no npm and no node_modules. Nothing for images without a program of ours. */
export async function bundle(name: ImageName, target: string): Promise<void> {
  const packed = packedBundle(name);
  if (packed) return copyFile(packed, target);
  const entryPoint = bundleEntryPoint(name);
  if (!entryPoint) return;
  const { build } = await import("esbuild");
  await build({
    entryPoints: [entryPoint],
    outfile: target,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["pg-native"],
    legalComments: "none",
    logLevel: "silent",
  }).catch((error: Error) => {
    throw new BuildError(`The program of the ${name} image cannot be bundled: ${error.message}`);
  });
}

/** `name=version …` of what matters in the image, as Debian's package database has it. */
async function installedPackages(image: string, name: ImageName): Promise<string> {
  const query = [
    "dpkg-query",
    "--show",
    "--showformat",
    "${Package}=${Version} ",
    ...recordedPackages[name],
  ];
  const { stdout } = await docker([
    "run",
    "--rm",
    "--network",
    "none",
    "--entrypoint",
    query[0]!,
    image,
    ...query.slice(1),
  ]);
  return stdout.trim();
}

/** BuildKit where docker has it (and the default builder, which sees local images); else the classic builder. */
async function builderEnvironment(): Promise<NodeJS.ProcessEnv> {
  const buildx = await succeeds(["buildx", "version"]);
  return { ...process.env, ...(buildx ? { BUILDX_BUILDER: "default" } : { DOCKER_BUILDKIT: "0" }) };
}

/** Docker knows these arguments by itself and keeps them out of the image's history. */
function proxyArguments(): string[] {
  return ["http_proxy", "https_proxy", "no_proxy"]
    .filter((key) => process.env[key] ?? process.env[key.toUpperCase()])
    .flatMap((key) => [
      "--build-arg",
      `${key}=${process.env[key] ?? process.env[key.toUpperCase()]}`,
    ]);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "print-tag": { type: "boolean" },
      base: { type: "boolean" },
      "extra-ca": { type: "string" },
    },
  });
  if (values.base) return ensureBaseImage((line) => console.error(line));
  const unknown = positionals.filter((name) => !imageNames.includes(name as ImageName));
  if (unknown.length > 0 || positionals.length === 0) {
    throw new BuildError(
      `${unknown.length > 0 ? `Unknown image "${unknown.join('", "')}"` : "No image named"}. Allowed: ${imageNames.join(", ")}. ` +
        "Options: --print-tag (only print the tag), --extra-ca FILE (PEM), --base (only ensure the base image).",
    );
  }
  const options = values["extra-ca"] ? { extraCaFile: values["extra-ca"] } : {};
  for (const name of positionals as ImageName[]) {
    console.log(values["print-tag"] ? imageTag(name, options) : await buildImage(name, options));
  }
}

/** Runs what the command line asks for; an error becomes lines and an exit code. */
export function commandLine(): void {
  main().catch((error: unknown) => {
    console.error(error instanceof BuildError ? error.message : error);
    process.exitCode = 1;
  });
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) commandLine();
