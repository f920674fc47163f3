import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { sshProgram } from "../components/platform/docker/reach.ts";
import { bundle, imageNames } from "../images/build.ts";
import { bundleEntryPoint, imageFiles, imagesDirectory, sourceFiles } from "../images/inputs.ts";
import { readArguments } from "./support/arguments.ts";
import { Failure } from "./support/failure.ts";
import { projectDirectory } from "./support/paths.ts";
import { run } from "./support/process.ts";

const help = `Usage: npm run package [-- --out FOLDER]

Compiles the library to JavaScript with types, adds what its images are built from, and packs it by npm pack into
FOLDER/synfleet-VERSION.tgz, for npm install in other projects.

  --out FOLDER  where the tarball goes (default: dist)`;

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: object;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export async function pack(args: string[]): Promise<number> {
  const options = readArguments("package", args, {
    out: { type: "string", default: join(projectDirectory, "dist") },
    help: { type: "boolean", default: false },
  });
  if (options.help) {
    console.log(help);
    return 0;
  }
  const out = resolve(options.out);
  const folder = join(out, "package");
  await rm(folder, { recursive: true, force: true });
  const lib = join(folder, "lib");
  await compile(lib);
  await addFiles(lib);
  await writeManifest(folder);
  const { code, stdout, stderr } = await run("npm", ["pack", "--pack-destination", out, "--json"], {
    cwd: folder,
  });
  if (code !== 0) throw new Failure(`package: npm pack ended with ${code}: ${stderr.trim()}`);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  console.log(join(out, filename));
  return 0;
}

async function compile(lib: string): Promise<void> {
  const compiler = join(projectDirectory, "node_modules", "typescript", "bin", "tsc");
  const { code, stdout } = await run(
    process.execPath,
    [compiler, "--project", "tsconfig.package.json", "--outDir", lib],
    { cwd: projectDirectory },
  );
  if (code !== 0) throw new Failure(`package: tsc ended with ${code}: ${stdout.trim()}`);
}

/**
 * What the compiler leaves out: all that an image's tag is made from, so that it has the same tag as in a clone, our
 * programs in images as single files, the ssh of Docker's client, and what an engine starts as the plugin.
 */
async function addFiles(lib: string): Promise<void> {
  const files = new Set([
    sshProgram,
    join(projectDirectory, "provider", "pulumi-resource-synfleet-hosts"),
    join(imagesDirectory, "Dockerfile"),
    ...imageNames.flatMap((name) => [
      ...imageFiles(name).map((path) => join(imagesDirectory, path)),
      ...sourceFiles(name),
    ]),
  ]);
  for (const file of files) {
    const target = join(lib, relative(projectDirectory, file));
    await mkdir(dirname(target), { recursive: true });
    await cp(file, target);
  }
  const bundles = join(lib, "images", "bundles");
  await mkdir(bundles);
  for (const name of imageNames.filter((image) => bundleEntryPoint(image))) {
    await bundle(name, join(bundles, `${name}.js`));
  }
}

async function writeManifest(folder: string): Promise<void> {
  const own = await readJson<Manifest>(join(projectDirectory, "package.json"));
  const policy = await readJson<Manifest>(join(projectDirectory, "policy", "package.json"));
  const imported = await importedPackages(join(folder, "lib"));
  const entries = Object.entries(own.exports).map(([name, source]) => {
    const path = source.replace(/^\.\//, "./lib/").replace(/\.ts$/, "");
    return [name, { types: `${path}.d.ts`, default: `${path}.js` }];
  });
  const sdk = "@pulumi/pulumi";
  const dependencies = Object.entries(own.dependencies).filter(
    ([name]) => name !== sdk && imported.has(name),
  );
  const manifest = {
    name: "synfleet",
    ...{ version: own.version, description: own.description, license: own.license },
    type: "module",
    engines: own.engines,
    exports: { ...Object.fromEntries(entries), "./package.json": "./package.json" },
    bin: { "synfleet-images": "bin/synfleet-images.mjs" },
    files: ["bin", "lib"],
    dependencies: Object.fromEntries(dependencies),
    // The program and the components must share one copy of the SDK, and a program need have no policies.
    peerDependencies: {
      [sdk]: `^${own.dependencies[sdk]}`,
      "@pulumi/policy": `^${policy.dependencies["@pulumi/policy"]}`,
    },
    peerDependenciesMeta: { "@pulumi/policy": { optional: true } },
  };
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await mkdir(join(folder, "bin"));
  await writeFile(
    join(folder, "bin", "synfleet-images.mjs"),
    '#!/usr/bin/env node\nimport { commandLine } from "../lib/images/build.js";\ncommandLine();\n',
    { mode: 0o755 },
  );
  await cp(join(projectDirectory, "LICENSE"), join(folder, "LICENSE"));
  await cp(join(projectDirectory, "docs", "library.md"), join(folder, "README.md"));
}

/** Names of the packages that the compiled code imports. */
async function importedPackages(lib: string): Promise<Set<string>> {
  const names = new Set<string>();
  for (const file of await readdir(lib, { recursive: true })) {
    if (!file.endsWith(".js") || file.startsWith(join("images", "bundles"))) continue;
    const text = await readFile(join(lib, file), "utf8");
    for (const [, name] of text.matchAll(/from "((?:@[\w-]+\/)?[a-z][\w.-]*)(?:\/[^"]*)?";$/gm)) {
      names.add(name!);
    }
  }
  return names;
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, "utf8")) as T;
}
