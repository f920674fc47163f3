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
  "operator",
  "control-plane",
  "acceptance",
  "vps",
  "matrix",
  "swarm",
] as const;
type Suite = (typeof suites)[number];

/**
 * Run only when named: `engines` is for those who change the goldens, since it is long and needs the Pulumi CLI with its plugins; `vps` is
 * what integration has on servers, and whole systems there; `matrix` is every pair of faults of a leader and its fence, of which
 * integration has a third; `swarm` is on servers that form a Docker Swarm; `operator` has a lot to build; `control-plane` stops the lab's API server and kubelet, which all others there would miss.
 */
const onRequest: readonly Suite[] = [
  "engines",
  "operator",
  "control-plane",
  "vps",
  "matrix",
  "swarm",
];

/** These run beside each other, since a cluster is waited for most of the time; of each lane a file at a time, so that there is one whole system at most. */
const lanes: readonly (readonly Suite[])[] = [["integration"], ["kubernetes", "acceptance"]];

const withoutDocker: readonly Suite[] = ["lint", "types", "unit"];
const onOwnImages: readonly Suite[] = ["integration", "acceptance", "vps", "matrix"];

const onKubernetes: readonly Suite[] = ["kubernetes", "operator", "control-plane"];

/** Each by itself, but for those of the lanes. */
function together(wanted: readonly Suite[]): readonly Suite[][] {
  const runs = (suite: Suite) => (lanes.flat().includes(suite) ? "lanes" : suite);
  return [...Map.groupBy(wanted, runs).values()];
}

const help = `Usage: npm test [-- SUITE…]

Runs the named suites, or all but ${onRequest.join(", ")}: one after the
other, but for ${lanes.map((lane) => lane.join(" and ")).join(" beside ")}.

  lint, types, unit  need nothing but node modules
  conformance        the offline engine's command line, held against what the Pulumi CLI gave
  engines            each program on the Pulumi CLI as well, and its stack to and fro; needs that CLI and its plugins
  integration        one part each on real containers
  kubernetes         on the cluster that SYNFLEET_TEST_KUBECONFIG or KUBECONFIG names (in namespaces of its own, and
                     with the lab's small images), else on one that it starts here: see npm run lab -- --help
  operator           the Prometheus operator of a cluster, which is built first, with our monitors
  control-plane      each system on the lab's Kubernetes while its API server, and its kubelet, are stopped
  acceptance         whole systems, from up to destroy
  vps                what integration has on servers of the lab, and all systems on several hosts
  matrix             every pair of faults of a leader and its fence, of which integration has a third
  swarm              servers that form a Docker Swarm, and whole systems on them

All but the first three need Docker, and build the images that they run first. Ends with 1 when a test fails.`;

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
  for (const group of together(wanted)) {
    const [what, startedAt] = [group.join(", "), Date.now()];
    console.log(`\nsynfleet: ${what}`);
    outcomes.push(...(await runSuites(group)));
    console.log(`synfleet: ${what} took ${Math.round((Date.now() - startedAt) / 1000)} s`);
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

async function runSuites(suites: readonly Suite[]): Promise<readonly Outcome[]> {
  if (!suites.some((suite) => withoutDocker.includes(suite))) await ensureDocker();
  if (suites.some((suite) => onOwnImages.includes(suite))) await buildMissingImages(ownImages);
  if (suites.some((suite) => onKubernetes.includes(suite))) await findKubernetes();
  const [suite] = suites;
  switch (suite) {
    case "lint":
      return [
        await tool("eslint", ["--max-warnings", "0", "."]),
        await tool("prettier", ["--check", "--log-level", "warn", "."]),
      ];
    case "types":
      return [await tool("tsc", ["--noEmit"])];
    case "unit":
    case "conformance":
    case "engines":
      return vitest(suites);
    case "vps":
      return [
        ...(await withAnotherTry(["integration"], "fleet")),
        ...(await withAnotherTry(suites)),
      ];
    case "matrix":
      process.env["SYNFLEET_MATRIX"] = "all";
      return vitest(["integration"], "fence-matrix");
    case "integration":
    case "kubernetes":
    case "acceptance":
      return inLanes(suites);
    default:
      return withAnotherTry(suites);
  }
}

async function findKubernetes(): Promise<void> {
  process.env["SYNFLEET_TEST_KUBECONFIG"] ||=
    process.env["KUBECONFIG"] || (await startKubernetes());
  process.env["PATH"] = [process.env["PATH"], labPrograms].join(delimiter);
}

/** A tool counts as one test: it passes or it does not. */
async function tool(name: string, args: readonly string[]): Promise<Outcome> {
  const code = await show(join(projectDirectory, "node_modules", ".bin", name), args, {
    cwd: projectDirectory,
  });
  return outcomeOf(name, code === 0 ? [] : [name]);
}

/** The lanes side by side, and what failed in them once more when all are done: one after the other then. */
async function inLanes(wanted: readonly Suite[]): Promise<readonly Outcome[]> {
  const taken = lanes
    .map((lane) => lane.filter((suite) => wanted.includes(suite)))
    .filter((lane) => lane.length > 0);
  const beside = taken.length > 1 ? ["--no-file-parallelism"] : [];
  const first = await Promise.all(taken.map((lane) => vitest(lane, ...beside)));
  return onceMore(first.flat(), wanted);
}

const withAnotherTry = async (projects: readonly string[], ...files: readonly string[]) =>
  onceMore(await vitest(projects, ...files), projects);

/**
 * Hours of real clusters on a busy machine have accidents that say nothing of the change under test. A file that failed
 * is run once more when the others are done, and what passes only then is told by name at the end: no reason to stop,
 * and a fault to look for.
 */
async function onceMore(first: readonly Outcome[], projects: readonly string[]) {
  const again = worthAnotherTry(first);
  if (again.length === 0) return first;
  console.log(`synfleet: once more: ${again.join(", ")}`);
  return afterAnotherTry(first, await vitest(projects, "--no-file-parallelism", ...again));
}

/** @param words files, and options of the test runner */
async function vitest(
  projects: readonly string[],
  ...words: readonly string[]
): Promise<readonly Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), "synfleet-results-"));
  const report = join(folder, "results.json");
  try {
    const code = await show(
      join(projectDirectory, "node_modules", ".bin", "vitest"),
      [
        "run",
        ...words,
        ...projects.flatMap((project) => ["--project", project]),
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
      ],
      { cwd: projectDirectory },
    );
    return outcomesOf(
      projects.join(", "),
      code,
      await readFile(report, "utf8").catch(() => undefined),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
