/** What one file of tests came to. A tool counts as one test, and so does a runner that died. */
export interface Outcome {
  readonly file: string;
  readonly passed: number;
  readonly skipped: number;
  /** What to look for in the output: the file and a test's name, and the gist of what it said. */
  readonly failures: readonly string[];
  /** What failed at a first try, in a file that passed at its second. */
  readonly unsteady: readonly string[];
}

export function outcomeOf(file: string, failures: readonly string[] = []): Outcome {
  return { file, passed: failures.length === 0 ? 1 : 0, skipped: 0, failures, unsteady: [] };
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/**
 * What a run of the test runner amounts to. A file that could not be loaded has no tests to fail, and a runner that died
 * wrote no report: each counts as a failure, so that nothing unrun passes for run.
 */
export function outcomesOf(
  what: string,
  exitCode: number,
  report: string | undefined,
): readonly Outcome[] {
  if (report === undefined)
    return [outcomeOf(what, [`${what}: ended with ${exitCode} and without a report`])];
  const { testResults } = JSON.parse(report) as Report;
  const outcomes = testResults.map(({ name, status, assertionResults }): Outcome => {
    const failed = assertionResults.filter((result) => result.status === "failed");
    const passed = assertionResults.filter((result) => result.status === "passed").length;
    const failures = failed.map(({ fullName, failureMessages = [] }) =>
      [`${name}: ${fullName}`, ...failureMessages.map(gist)].join("\n"),
    );
    if (status === "failed" && failures.length === 0) failures.push(`${name}: not loaded`);
    const skipped = assertionResults.length - passed - failed.length;
    return { file: name, passed, skipped, failures, unsteady: [] };
  });
  const told = outcomes.some(({ failures }) => failures.length > 0);
  return exitCode === 0 || told
    ? outcomes
    : [...outcomes, outcomeOf(what, [`${what}: an error outside of any test`])];
}

/** The files to run once more: none where so many failed that it is no accident. */
export function worthAnotherTry(outcomes: readonly Outcome[]): readonly string[] {
  const MOST = 3;
  const failed = outcomes.filter(({ failures }) => failures.length > 0);
  return failed.length > MOST ? [] : failed.map(({ file }) => file);
}

/** What stands after some files were run once more: their second outcome, which remembers what failed before. */
export function afterAnotherTry(
  first: readonly Outcome[],
  second: readonly Outcome[],
): readonly Outcome[] {
  const again = new Map(second.map((outcome) => [outcome.file, outcome]));
  const unsteady = (then: Outcome, now: Outcome) => (now.failures.length > 0 ? [] : then.failures);
  return [
    ...first.map((then) => {
      const now = again.get(then.file);
      again.delete(then.file);
      return now ? { ...now, unsteady: unsteady(then, now) } : then;
    }),
    ...again.values(),
  ];
}

/** As much of a message as tells what went wrong; the whole of it may be the output of a program, which says so at its end. */
function gist(message: string): string {
  const [FIRST, LAST] = [5, 10];
  const lines = message.split("\n").filter((line) => !/^\s*(at |$)/.test(line));
  const left = lines.length - FIRST - LAST;
  const told =
    left > 1 ? [...lines.slice(0, FIRST), `… ${left} lines …`, ...lines.slice(-LAST)] : lines;
  return told.map((line) => `    ${line.slice(0, 300)}`).join("\n");
}
