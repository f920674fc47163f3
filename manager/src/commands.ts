import { setTimeout as sleep } from "node:timers/promises";
import { getJson } from "./adapters/https.ts";
import { errorText } from "./log.ts";
import { type Runtime, loadRuntime } from "./runtime.ts";

/** An exit code and one line that says why. */
export interface Outcome {
  readonly code: 0 | 1 | 10;
  readonly text: string;
}

/** Asks the manager that runs in this container whether it is healthy. */
export async function healthy(file: string): Promise<Outcome> {
  try {
    const { status, body } = await askSelf(await loadRuntime(file), "/health");
    return { code: status === 200 ? 0 : 1, text: String(body["status"]) };
  } catch (error) {
    return { code: 1, text: errorText(error) };
  }
}

const applyTimeoutMs = 15_000;

/**
 * Makes the running manager use the files as they are now. 0: it does; 10: that takes a restart; 1:
 * the files cannot be used.
 */
export async function apply(
  file: string,
  signal: () => void = () => void process.kill(1, "SIGHUP"),
): Promise<Outcome> {
  let runtime: Runtime;
  try {
    runtime = await loadRuntime(file);
  } catch (error) {
    return { code: 1, text: errorText(error) };
  }
  const deadlineMs = Date.now() + applyTimeoutMs;
  let told = "";
  signal();
  while (Date.now() < deadlineMs) {
    try {
      const { body } = await askSelf(runtime, "/health");
      if (body["configuration"] === runtime.fingerprint) return { code: 0, text: "applied" };
      told = `it runs on ${String(body["configuration"])}, the files are ${runtime.fingerprint}`;
      if (runtime.config.serves !== body["member"]) {
        return { code: 10, text: "serves changed: a restart is needed" };
      }
    } catch (error) {
      // Nothing on the port of the new files: it changed, or the manager does not run.
      told = errorText(error);
      if (/ECONNREFUSED/.test(told)) return { code: 10, text: `a restart is needed (${told})` };
    }
    await sleep(200);
  }
  return { code: 10, text: `a restart is needed: ${told}` };
}

async function askSelf(
  { config, tls }: Runtime,
  path: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  // The certificate in memory may be older than the file; both are of the same CA.
  const answer = await getJson(`https://localhost:${config.listen.port}${path}`, tls, {}, 3000);
  return { status: answer.status, body: (answer.body ?? {}) as Record<string, unknown> };
}

/** Checks the files without running anything. */
export async function check(file: string): Promise<Outcome> {
  try {
    await loadRuntime(file);
    return { code: 0, text: "valid" };
  } catch (error) {
    return { code: 1, text: errorText(error) };
  }
}
