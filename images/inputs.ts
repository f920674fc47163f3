/**
 * What each image is made of, and the tag that follows from it. Read on every `pulumi up`, so only small files are
 * hashed: TypeScript sources stand for their bundle, which is made when the image is built.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { lockedPackages } from "./locked.ts";

export const imageNames = [
  "postgres",
  "patroni",
  "fence",
  "etcd",
  "balancer",
  "manager",
  "prometheus",
  "postgres-exporter",
  "node-exporter",
  "redis",
  "redis-exporter",
  "app",
  "proxy",
  "synap",
] as const;
export type ImageName = (typeof imageNames)[number];

/** Debian packages whose versions are written into the image's label, and shown by `synfleet status`. */
export const recordedPackages: Record<ImageName, readonly string[]> = {
  postgres: ["postgresql-17", "postgresql-17-pglogical", "postgresql-17-pgvector"],
  patroni: ["patroni", "postgresql-17", "postgresql-17-pgvector"],
  fence: ["python3-minimal"],
  etcd: ["etcd-server"],
  balancer: ["haproxy"],
  manager: ["nodejs"],
  prometheus: ["prometheus"],
  "postgres-exporter": ["prometheus-postgres-exporter"],
  "node-exporter": ["prometheus-node-exporter"],
  redis: ["redis-server"],
  "redis-exporter": ["prometheus-redis-exporter"],
  app: ["nodejs"],
  proxy: ["nginx"],
  synap: ["nodejs", "haproxy"],
};

/** Images with programs in Python, which share some. */
const python: readonly ImageName[] = ["patroni", "fence"];

/** Folders of images whose program is TypeScript: `src/main.ts` there becomes one file, NAME/NAME.js, in the build. */
const workspaces: Partial<Record<ImageName, string>> = {
  manager: "manager",
  app: "images/app",
  synap: "images/synap",
};

export const imagesDirectory = dirname(fileURLToPath(import.meta.url));
export const projectDirectory = dirname(imagesDirectory);

export interface BuildInput {
  /** Path in the build context. */
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
}

export interface BuildOptions {
  /** PEM file with certificate authorities that the build must trust besides Debian's: a proxy's, a mirror's. */
  readonly extraCaFile?: string;
}

/**
 * The image that the Synap server is taken from, the published one unless the environment names another (a mirror's, one
 * built from source): `SYNAP_IMAGE`, with the program at /usr/local/bin/synap-server.
 */
export function synapServerImage(): string {
  return process.env["SYNAP_IMAGE"] || "hivehub/synap:1.2.0";
}

/** The files of an image's build context, but for what is bundled from TypeScript. */
export function buildInputs(name: ImageName, options: BuildOptions = {}): BuildInput[] {
  const dockerfile = stages(readFileSync(join(imagesDirectory, "Dockerfile"), "utf8"), [
    "base",
    name,
  ]).replaceAll("SYNAP_SERVER_IMAGE", synapServerImage());
  const files = imageFiles(name).map((path) => ({
    path,
    content: readFileSync(join(imagesDirectory, path)),
    mode: statSync(join(imagesDirectory, path)).mode & 0o100 ? 0o755 : 0o644,
  }));
  const extraCa = options.extraCaFile ? readFileSync(options.extraCaFile) : Buffer.alloc(0);
  return [
    ...files,
    { path: "Dockerfile", content: Buffer.from(dockerfile), mode: 0o644 },
    { path: "common/extra-ca.crt", content: extraCa, mode: 0o644 },
  ];
}

/**
 * The Dockerfile with only the stages asked for: the classic builder would build every stage above the target,
 * and a change in one image's stage is no reason to build the others anew.
 */
export function stages(dockerfile: string, wanted: readonly string[]): string {
  return dockerfile
    .split(/^(?=FROM )/m)
    .filter((part) => {
      const stage = /^FROM \S+ AS (\S+)/.exec(part)?.[1];
      return stage === undefined || wanted.includes(stage);
    })
    .join("");
}

/** `synfleet/NAME:<12 hex digits>`: the same inputs give the same tag on every machine. */
export function imageTag(name: ImageName, options: BuildOptions = {}): string {
  return `synfleet/${name}:${hashInputs([...buildInputs(name, options), ...sources(name)])}`;
}

export function hashInputs(inputs: readonly BuildInput[]): string {
  const hash = createHash("sha256");
  for (const { path, content, mode } of [...inputs].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path}\0${mode}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

/** The file that an image's bundle is made from; undefined for images without one. */
export function bundleEntryPoint(name: ImageName): string | undefined {
  const workspace = workspaces[name];
  return workspace && join(projectDirectory, workspace, "src", "main.ts");
}

/** A bundle that was made when Synfleet was packed; undefined in a clone, where it is made from the sources. */
export function packedBundle(name: ImageName): string | undefined {
  const file = join(imagesDirectory, "bundles", `${name}.js`);
  return existsSync(file) ? file : undefined;
}

/** Files that a bundle follows from: its sources, and the versions of all packages. None for images without one. */
export function sourceFiles(name: ImageName): string[] {
  const workspace = workspaces[name];
  return workspace ? [...ownSources(workspace), lockFile] : [];
}

const lockFile = join(projectDirectory, "package-lock.json");

function ownSources(workspace: string): string[] {
  return list(join(projectDirectory, workspace, "src")).filter(
    (path) => path.endsWith(".ts") && !path.endsWith(".test.ts"),
  );
}

function sources(name: ImageName): BuildInput[] {
  const workspace = workspaces[name];
  if (!workspace) return [];
  const own = ownSources(workspace).map((path) => ({
    path: `source/${relative(projectDirectory, path)}`,
    content: readFileSync(path),
    mode: 0o644,
  }));
  const packages = Buffer.from(lockedPackages(readFileSync(lockFile, "utf8"), workspace));
  return [...own, { path: "source/packages", content: packages, mode: 0o644 }];
}

/** Files of an image's own folder, and those that all share, but for the sources of its bundle. */
export function imageFiles(name: ImageName): string[] {
  const own = walk(name).filter((path) => !path.startsWith(`${name}/src/`));
  return [...walk("common"), ...(python.includes(name) ? walk("python") : []), ...own];
}

function walk(directory: string): string[] {
  return list(join(imagesDirectory, directory)).map((path) => relative(imagesDirectory, path));
}

function list(directory: string): string[] {
  if (!statSync(directory, { throwIfNoEntry: false })) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
