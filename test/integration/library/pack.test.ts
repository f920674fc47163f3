import { existsSync } from "node:fs";
import { cp, glob, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectDirectory } from "../../../commands/support/paths.ts";
import { run, type RunOptions } from "../../../commands/support/process.ts";
import { offline } from "../../../engine/conformance/engines.ts";
import { imageNames, imageTag } from "../../../images/inputs.ts";

/** Everything is made in here: the tarball, the foreign project and the state of its stacks. */
let folder: string;
let project: string;
let installed: string;
let stacks = 0;
const env = () => ({
  ...process.env,
  PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
  PULUMI_BACKEND_URL: `file://${folder}`,
  PULUMI_CONFIG_PASSPHRASE: "only for previews",
});

async function mustRun(program: string, args: readonly string[], options: RunOptions = {}) {
  const { code, stdout, stderr } = await run(program, args, { env: env(), ...options });
  expect([`${program} ${args.join(" ")}`, code, code === 0 ? "" : stdout + stderr]).toEqual([
    ...[`${program} ${args.join(" ")}`, 0, ""],
  ]);
  return stdout;
}

/** A preview by the offline engine, of a stack of its own. */
async function preview(cwd: string) {
  const stack = `try${(stacks += 1)}`;
  const options = { cwd, env: { ...env(), ...offline.env } };
  await mustRun(offline.command, [...offline.prefix, "stack", "init", stack], options);
  const words = ["preview", "--json", "--stack", stack, "--non-interactive"];
  return run(offline.command, [...offline.prefix, ...words], options);
}

interface Planned {
  /** "Type name". */
  readonly what: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Each resource that a preview would make. */
async function planned(cwd: string): Promise<Planned[]> {
  const { stdout, stderr } = await preview(cwd);
  const { steps, diagnostics = [] } = JSON.parse(stdout || stderr) as {
    steps: { op: string; urn: string; newState: { inputs?: Planned["inputs"] } }[];
    diagnostics?: { severity: string; message: string }[];
  };
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(new Set(steps.map(({ op }) => op))).toEqual(new Set(["create"]));
  return steps.map(({ urn, newState }) => {
    const [, , types, name] = urn.split("::");
    return { what: `${types!.split(":").at(-1)} ${name}`, inputs: newState.inputs ?? {} };
  });
}

/** A project whose program is elsewhere, so that its stacks are not. */
async function projectOf(name: string, main: string): Promise<string> {
  const cwd = join(folder, name);
  await mkdir(cwd);
  const runtime = { name: "nodejs", options: { typescript: false } };
  await writeFile(
    join(cwd, "Pulumi.yaml"),
    JSON.stringify({ name, main: relative(cwd, main), runtime }),
  );
  return cwd;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfleet-library-"));
  project = join(folder, "shop");
  installed = join(project, "node_modules", "synfleet");
  await mustRun(process.execPath, [
    ...[join(projectDirectory, "commands", "main.ts"), "package", "--out", folder],
  ]);
  await cp(join(projectDirectory, "docs", "examples", "foreign"), project, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  await cp(join(folder, "synfleet-0.1.0.tgz"), join(project, "synfleet-0.1.0.tgz"));
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await mustRun("npm", ["install", ...quiet], { cwd: project });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("the tarball is all that a foreign project needs: a preview plans its containers", async () => {
  const resources = await planned(project);
  const names = resources.map(({ what }) => what).sort();
  expect(names.filter((name) => /^(Container|Image|RandomId) /.test(name))).toEqual([
    ...["Container balancer", "Container redis1", "Container redis2"],
    ...["Image balancer-local", "Image redis-local", "RandomId coupon"],
  ]);
  const build = resources.find(({ what }) => what === "Command redis-local-build")!;
  const [, builder] = /\|\| node (\S+) redis$/.exec(build.inputs["create"] as string)!;
  expect(resolve(project, builder!)).toBe(join(installed, "lib", "images", "build.js"));
  expect(existsSync(resolve(project, builder!))).toBe(true);
});

test("its types are those of the sources: the foreign program is checked by them, and a wrong one refused", async () => {
  const wrong = join(project, "wrong.ts");
  await writeFile(
    wrong,
    'import { Scope } from "synfleet";\nimport { Synap } from "synfleet/systems";\nnew Scope(1);\nnew Synap("x");\n',
  );
  const compiler = join(project, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = await run(process.execPath, [compiler], { cwd: project });
  await rm(wrong);
  expect(stdout.match(/^\S+\(\d+/gm)).toEqual(["wrong.ts(3", "wrong.ts(4"]);
});

test("an installed Synfleet builds the images that a clone builds, under the same tags", async () => {
  const text = await mustRun(
    "npx",
    ["--no-install", "synfleet-images", "--print-tag", ...imageNames],
    { cwd: project },
  );
  expect(text.trim().split("\n")).toEqual(imageNames.map((name) => imageTag(name)));
});

test("has the program by which Docker's client reaches hosts, as one that can be run", async () => {
  const { mode } = await stat(join(installed, "lib/components/platform/docker/client/ssh"));
  expect(mode & 0o111).toBe(0o111);
});

test("has one copy of the SDK with its program, and nothing that only a clone needs", async () => {
  const copies: string[] = [];
  const found = glob("**/@pulumi/pulumi/package.json", { cwd: join(project, "node_modules") });
  for await (const name of found) copies.push(name);
  expect(copies).toEqual(["@pulumi/pulumi/package.json"]);
  const strays: string[] = [];
  for await (const name of glob("**/*.test.*", { cwd: installed })) strays.push(name);
  expect(strays).toEqual([]);
  const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8")) as object;
  expect(Object.keys(manifest)).not.toContain("devDependencies");
});

test("a port that two systems of the installed package want is refused by a preview, with both named", async () => {
  const main = join(project, "twice.ts");
  await writeFile(
    main,
    `import { CertificateAuthority, DockerPlatform, LoadBalancer } from "synfleet";
     import "./index.ts";
     const hosts = [{ name: "local", engine: "unix:///var/run/docker.sock" }];
     const placed = { front: "local" };
     new LoadBalancer("front", {
       platform: new DockerPlatform("sessions", { prefix: "shop-sessions", hosts }, placed),
       authority: new CertificateAuthority("other", { commonName: "sessions" }),
       host: "local",
       services: [],
       statistics: { user: "statistics", password: "none", port: 7405 },
     });`,
  );
  const { code, stdout, stderr } = await preview(await projectOf("twice", main));
  expect(code).not.toBe(0);
  expect((stdout + stderr).replaceAll('\\"', '"')).toContain(
    'port 7405 of host local: got it for front of platform "sessions" (prefix "shop-sessions"), but balancer of ' +
      'platform "carts" (prefix "shop-carts") has it already; allowed: a port used once on its host.',
  );
});

test("four systems of the installed package are planned side by side in one stack", async () => {
  const main = join(project, "several.ts");
  await cp(join(projectDirectory, "docs", "examples", "several", "index.ts"), main);
  const resources = await planned(await projectOf("several", main));
  expect(resources.filter(({ what }) => what.startsWith("Container "))).toHaveLength(43);
});
