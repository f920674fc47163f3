import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ensureDocker } from "./support/docker.ts";
import { Failure } from "./support/failure.ts";
import { buildMissingImages, ownImages } from "./support/images.ts";
import { labPrograms, startKubernetes } from "./support/lab.ts";
import { projectDirectory } from "./support/paths.ts";
import { show } from "./support/process.ts";
import {
  afterAnotherTry,
  type Outcome,
  outcomeOf,
  outcomesOf,
  worthAnotherTry,
} from "./support/outcomes.ts";

const suites = [
  "lint",
  "types",
  "unit",
  "conformance",
  "engines",
  "integration",
  "kubernetes",
  "acceptance",
  "vps",
  "matrix",
  "swarm",
] as const;
type Suite = (typeof suites)[number];

/**
 * Run only when named: `engines` is for those who change the goldens, since it is long and needs the Pulumi CLI with its plugins; `vps` is
 * what integration and acceptance have on servers, and whole systems there; `matrix` is every pair of faults of a leader and its fence, of which
 * integration has a third; `swarm` is on servers that form a Docker Swarm.
 */
const onRequest: readonly Suite[] = ["engines", "vps", "matrix", "swarm"];

const help = `Usage: npm test [-- SUITE…]

Runs the named suites, or all but ${onRequest.join(", ")}, in this order: ${suites.join(" ")}. Lint, types and unit
need nothing but node modules, conformance a Docker daemon too; integration and acceptance need Docker, and build the images
first, vps is what runs on servers of the lab, a part of the two and all systems on several hosts, and matrix has every
pair of faults of a leader and its fence, of which integration has a third; swarm has servers of
its own. engines runs each program on the Pulumi CLI as well and moves
its stack to and fro. kubernetes
runs on the cluster that SYNFLEET_TEST_KUBECONFIG or KUBECONFIG names (in namespaces of its own, and with the lab's small
images), else on one that it starts on this machine: see npm run lab -- --help. Ends with 1 when a test fails.`;

/** Runs the named suites, or all, in order of cost; goes on after a failure so that one run tells everything. */
export async function test(args: string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(help);
    return 0;
  }
  const unknown = args.filter((name) => !suites.includes(name as Suite));
  if (unknown.length > 0) {
    throw new Failure(
      `test: got ${unknown.join(", ")}; allowed: ${suites.join(", ")}. Without a name, all run.`,
    );
  }
  const wanted = suites.filter((name) =>
    args.length === 0 ? !onRequest.includes(name) : args.includes(name),
  );
  if (args.length === 0) console.log(`synfleet: not run unless named: ${onRequest.join(", ")}`);
  const outcomes: Outcome[] = [];
  for (const suite of wanted) {
    const startedAt = Date.now();
    console.log(`\nsynfleet: ${suite}`);
    outcomes.push(...(await runSuite(suite)));
    console.log(`synfleet: ${suite} took ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }
  // Again at the end: of a long output that is what one sees.
  const unsteady = outcomes.flatMap((outcome) => outcome.unsteady);
  for (const failure of unsteady) console.log(`passed at the second try only: ${failure}`);
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  for (const failure of failures) console.log(`failed: ${failure}`);
  const sum = (of: "passed" | "skipped") =>
    outcomes.reduce((total, outcome) => total + outcome[of], 0);
  console.log(`\n${sum("passed")} passed, ${failures.length} failed, ${sum("skipped")} skipped`);
  return failures.length === 0 ? 0 : 1;
}

async function runSuite(suite: Suite): Promise<readonly Outcome[]> {
  switch (suite) {
    case "lint":
      return [
        await tool("eslint", ["--max-warnings", "0", "."]),
        await tool("prettier", ["--check", "--log-level", "warn", "."]),
      ];
    case "types":
      return [await tool("tsc", ["--noEmit"])];
    case "unit":
      return vitest(suite);
    case "conformance":
    case "engines":
      await ensureDocker();
      return vitest(suite);
    case "kubernetes":
      // Systems on the cluster run the project's images.
      await ensureDocker();
      process.env["SYNFLEET_TEST_KUBECONFIG"] ||=
        process.env["KUBECONFIG"] || (await startKubernetes());
      process.env["PATH"] = [process.env["PATH"], labPrograms].join(delimiter);
      return withAnotherTry(suite);
    case "integration":
    case "acceptance":
      await prepare();
      return withAnotherTry(suite);
    case "swarm":
      await ensureDocker();
      return withAnotherTry(suite);
    case "vps":
      await prepare();
      return [
        ...(await withAnotherTry("integration", "fleet")),
        ...(await withAnotherTry("acceptance", "fleet")),
        ...(await withAnotherTry("vps")),
      ];
    case "matrix":
      await prepare();
      process.env["SYNFLEET_MATRIX"] = "all";
      return vitest("integration", "fence-matrix");
  }
}

/** A tool counts as one test: it passes or it does not. */
async function tool(name: string, args: readonly string[]): Promise<Outcome> {
  const code = await show(join(projectDirectory, "node_modules", ".bin", name), args, {
    cwd: projectDirectory,
  });
  return outcomeOf(name, code === 0 ? [] : [name]);
}

/**
 * Hours of real clusters on a busy machine have accidents that say nothing of the change under test. A file that failed
 * is run once more when the others are done, and what passes only then is told by name at the end: no reason to stop,
 * and a fault to look for.
 */
async function withAnotherTry(
  project: string,
  ...files: readonly string[]
): Promise<readonly Outcome[]> {
  const first = await vitest(project, ...files);
  const again = worthAnotherTry(first);
  if (again.length === 0) return first;
  console.log(`synfleet: once more: ${again.join(", ")}`);
  return afterAnotherTry(first, await vitest(project, ...again));
}

async function vitest(project: string, ...files: readonly string[]): Promise<readonly Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), "synfleet-results-"));
  const report = join(folder, "results.json");
  try {
    const code = await show(
      join(projectDirectory, "node_modules", ".bin", "vitest"),
      [
        "run",
        ...files,
        "--project",
        project,
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
      ],
      { cwd: projectDirectory },
    );
    return outcomesOf(project, code, await readFile(report, "utf8").catch(() => undefined));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What containers need: an engine, and images under the tags that the tests name. */
async function prepare(): Promise<void> {
  await ensureDocker();
  await buildMissingImages(ownImages);
}
