/**
 * What each image is made of, and the tag that follows from it. Read on every `pulumi up`, so only small files are
 * hashed: the manager's sources stand for its bundle, which is made when the image is built.
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const imageNames = [
  "postgres",
  "etcd",
  "balancer",
  "manager",
  "prometheus",
  "postgres-exporter",
  "node-exporter",
] as const;
export type ImageName = (typeof imageNames)[number];

/** Debian packages whose versions are written into the image's label, and shown by `synfleet status`. */
export const recordedPackages: Record<ImageName, readonly string[]> = {
  postgres: ["postgresql-17", "postgresql-17-pglogical", "postgresql-17-pgvector"],
  etcd: ["etcd-server"],
  balancer: ["haproxy"],
  manager: ["nodejs"],
  prometheus: ["prometheus"],
  "postgres-exporter": ["prometheus-postgres-exporter"],
  "node-exporter": ["prometheus-node-exporter"],
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

/** The files of an image's build context, but for the manager's bundle. */
export function buildInputs(name: ImageName, options: BuildOptions = {}): BuildInput[] {
  const dockerfile = stages(readFileSync(join(imagesDirectory, "Dockerfile"), "utf8"), [
    "base",
    name,
  ]);
  const files = [...walk("common"), ...walk(name)].map((path) => ({
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
  const inputs =
    name === "manager"
      ? [...buildInputs(name, options), ...managerSources()]
      : buildInputs(name, options);
  return `synfleet/${name}:${hashInputs(inputs)}`;
}

export function hashInputs(inputs: readonly BuildInput[]): string {
  const hash = createHash("sha256");
  for (const { path, content, mode } of [...inputs].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path}\0${mode}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

/** Where the manager starts, or undefined in a tree that has none yet. */
export function managerEntryPoint(): string | undefined {
  const path = join(projectDirectory, "manager", "src", "main.ts");
  return statSync(path, { throwIfNoEntry: false }) && path;
}

function managerSources(): BuildInput[] {
  const root = join(projectDirectory, "manager");
  const sources = list(join(root, "src")).filter(
    (path) => path.endsWith(".ts") && !path.endsWith(".test.ts"),
  );
  return [...sources, join(root, "package.json"), join(projectDirectory, "package-lock.json")].map(
    (path) => ({
      path: `source/${relative(projectDirectory, path)}`,
      content: readFileSync(path),
      mode: 0o644,
    }),
  );
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
