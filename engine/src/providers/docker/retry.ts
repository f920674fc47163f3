import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "../../provider.ts";
import { messageOf } from "./client.ts";

const PATIENCE_MS = 30_000;
const PAUSE_MS = 500;

/** A container that is going away still holds its network and its volumes for a moment. */
export async function whileInUse(
  { signal }: Call,
  inUse: RegExp,
  remove: () => Promise<unknown>,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await remove();
      return;
    } catch (error) {
      if (!inUse.test(messageOf(error)) || Date.now() > deadline) throw error;
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
}
