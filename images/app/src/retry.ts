/** When a failed request to a server is worth another try, and how long to wait before it. */
import { TimeoutError } from "@redis/client";

/** Errors of PostgreSQL that a fail-over causes: the session was ended, the server starts or stops, or has become a standby. */
const passingStates = new Set(["25006", "57P01", "57P02", "57P03", "57P05", "40001", "40P01"]);

const passingCodes = new Set([
  ...["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"],
  ...["ENOTFOUND", "EAI_AGAIN"],
]);

/** Errors that have no code, by the words of the client libraries, and Redis' own. */
const passingWords =
  /Connection terminated|timeout expired|[Qq]uery read timeout|Socket closed|Socket timeout|client is (closed|offline)|Disconnects client|Connection timeout|^READONLY|^LOADING|^MASTERDOWN|^UNBLOCKED|^NOREPLICAS/;

/** Whether the same request may well succeed a moment later, on another connection. */
export function passes(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (passingStates.has(code) || code.startsWith("08") || passingCodes.has(code)) return true;
  if (error instanceof TimeoutError) return true;
  if (error instanceof AggregateError) return error.errors.some(passes);
  return passingWords.test(error.message);
}

/** 50 ms, then twice as long each time up to 1 s; half of it by chance, so that instances do not come in step. */
export function pauseMs(attempt: number, random: () => number): number {
  const longest = Math.min(1000, 50 * 2 ** attempt);
  return longest / 2 + (longest / 2) * random();
}

export interface Patience {
  /** Time after which the last error is the caller's. */
  readonly seconds: number;
  readonly onRetry?: (error: Error) => void;
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly random?: () => number;
}

/** Tries again for as long as errors pass and time is left. What is tried must do no harm when done twice. */
export async function retrying<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
  const { now = Date.now, sleep = pause, random = Math.random } = patience;
  const deadline = now() + patience.seconds * 1000;
  for (let count = 0; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      const ms = pauseMs(count, random);
      if (!passes(error) || now() + ms > deadline) throw error;
      patience.onRetry?.(error as Error);
      await sleep(ms);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
