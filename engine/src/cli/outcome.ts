/** What every changing command asks before and records after. */
import type { Counts } from "../display/words.ts";
import { EXIT, EngineError } from "../errors.ts";
import type { StackFile } from "../project/stackfile.ts";
import type { StackFiles } from "../state/backend.ts";
import { messageOf } from "../deployment/calls.ts";
import type { Resource } from "../deployment/resource.ts";
import type { Phase } from "./phase.ts";
import type { Session } from "./session.ts";

export interface Outcome {
  readonly exitCode: number;
}

const confirmed = (session: Session): boolean =>
  session.arguments.flag("yes") ||
  session.arguments.flag("skip-preview") ||
  ["true", "1"].includes(session.env["PULUMI_SKIP_CONFIRMATIONS"] ?? "");

export const confirmOrRefuse = {
  /** Without a terminal nobody can say yes later. */
  check(session: Session, what: string): void {
    if (session.interactive || confirmed(session)) return;
    throw new EngineError(
      `--yes or --skip-preview must be passed in to proceed when running in non-interactive mode (${what})`,
      EXIT.configuration,
    );
  },
  async ask(session: Session, what: string, stack: string): Promise<void> {
    if (confirmed(session)) return;
    if (await session.confirm(`Do you want to perform this ${what} of ${stack}? (yes/no) `)) return;
    throw new EngineError(`confirmation declined, not proceeding with the ${what}`, EXIT.cancelled);
  },
};

/** The code of a run that did not come to a good end. */
export function failureOf({ context }: Phase): number | undefined {
  return context.stopped || context.complained ? context.exitCode : undefined;
}

/** Writes what is not written yet, then the record of the run. What cannot be written is told as the run's failure, not thrown. */
export async function keep(
  phase: Phase,
  record: (succeeded: boolean) => Promise<void>,
): Promise<void> {
  const { context } = phase;
  try {
    await context.snapshot.close();
  } catch (error) {
    context.fail("", `${messageOf(error)}${unsavedWords(context.snapshot.unsaved())}`);
    return;
  }
  try {
    await record(failureOf(phase) === undefined);
  } catch (error) {
    context.fail("", `saving update info: ${messageOf(error)}`);
  }
}

function unsavedWords(resources: readonly Resource[]): string {
  if (resources.length === 0) return "";
  const lines = resources.map(({ urn, id }) => `  * ${urn}, id ${id}`);
  return [
    "\nThe state is as it was last written. What was made since then is not in it:",
    ...lines,
    "It has a note of what was being made: the next run removes what it finds of that, or says what to look for.",
  ].join("\n");
}

interface Update {
  readonly kind: "update" | "refresh" | "destroy";
  readonly message: string;
  readonly startedAt: number;
  readonly succeeded: boolean;
  readonly counts: Counts;
}

export async function recordHistory(
  files: StackFiles,
  file: StackFile,
  update: Update,
): Promise<void> {
  const config: { [key: string]: unknown } = {};
  for (const [key, node] of file.entries())
    config[key] =
      node.kind === "plain"
        ? node.text
        : node.kind === "secure"
          ? { secure: node.ciphertext }
          : node.json;
  const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);
  await files.addHistory({
    kind: update.kind,
    startTime: seconds(update.startedAt),
    message: update.message,
    environment: { "exec.kind": "cli", "synfleet.engine": "offline" },
    config,
    result: update.succeeded ? "succeeded" : "failed",
    endTime: seconds(Date.now()),
    version: 0,
    resourceChanges: update.counts,
  });
}
