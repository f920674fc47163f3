/** Ctrl-C: the first asks for a gentle end, the second ends at once. */
import { EXIT } from "../errors.ts";

export interface Cancellation {
  readonly signal: AbortSignal;
  dispose(): void;
}

export function listenForCancellation(
  say: (text: string) => void,
  onKill: () => void,
): Cancellation {
  const controller = new AbortController();
  const handle = (): void => {
    if (controller.signal.aborted) {
      onKill();
      process.exit(EXIT.cancelled);
    }
    say(
      "\n^C received; cancelling. What is running is finished and recorded. If you would like to terminate " +
        "immediately, press ^C again.\nNote that terminating immediately may lead to orphaned resources.\n",
    );
    controller.abort(new Error("the run was cancelled"));
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}
