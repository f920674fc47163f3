/** Ctrl-C: the first asks for a gentle end, the second ends at once. */
import { EXIT } from "../errors.ts";
import type { Session } from "./session.ts";

export interface Cancellation {
  readonly signal: AbortSignal;
  /** Done when the run ends at once; it must not wait for anything. */
  atOnce(work: () => void): void;
  dispose(): void;
}

export function listenForCancellation(
  { terminal }: Pick<Session, "terminal">,
  operation: "preview" | "update" | "refresh" | "destroy",
): Cancellation {
  const controller = new AbortController();
  const last: (() => void)[] = [];
  const handle = (signal: NodeJS.Signals): void => {
    const [name, again] =
      signal === "SIGTERM" ? ["SIGTERM", "send SIGTERM again"] : ["^C", "press ^C again"];
    if (controller.signal.aborted) {
      terminal.write(`\n${name} received; terminating\n`);
      for (const work of last) work();
      terminal.writeError(`error: ${operation} cancelled\n`);
      process.exit(EXIT.cancelled);
    }
    const orphans =
      "Note that terminating immediately may lead to orphaned resources and other inconsistencies.\n";
    terminal.write(
      `\n${name} received; cancelling. If you would like to terminate immediately, ${again}.\n` +
        `${operation === "preview" ? "" : orphans}\n`,
    );
    controller.abort(new Error("the run was cancelled"));
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    atOnce: (work) => void last.push(work),
    dispose: () => {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}
