/** What every changing command asks before and records after. */
import type { Counts } from "../display/words.ts";
import { EXIT, EngineError } from "../errors.ts";
import type { StackFile } from "../project/stackfile.ts";
import type { StackFiles } from "../state/backend.ts";
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
