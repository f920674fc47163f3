export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What to look for in the output: files and names of tests, and the gist of what each one said. */
  readonly failures: readonly string[];
}

export function addCounts(left: Counts, right: Counts): Counts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
    failures: [...left.failures, ...right.failures],
  };
}

interface Report {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
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
export function countsOf(what: string, exitCode: number, report: string | undefined): Counts {
  if (report === undefined) {
    const failures = [`${what}: ended with ${exitCode} and without a report`];
    return { passed: 0, failed: 1, skipped: 0, failures };
  }
  const { numPassedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    report,
  ) as Report;
  const failures = testResults
    .filter(({ status }) => status === "failed")
    .flatMap(({ name, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === "failed");
      return assertionResults.length === 0
        ? [`${name}: not loaded`]
        : failed.map(({ fullName, failureMessages = [] }) =>
            [`${name}: ${fullName}`, ...failureMessages.map(gist)].join("\n"),
          );
    });
  if (failures.length === 0 && exitCode !== 0)
    failures.push(`${what}: an error outside of any test`);
  return {
    passed: numPassedTests,
    failed: failures.length,
    skipped: numPendingTests + numTodoTests,
    failures,
  };
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
