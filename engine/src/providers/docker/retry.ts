import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "../../provider.ts";
import { messageOf } from "./client.ts";

const PATIENCE_MS = 30_000;
const PAUSE_MS = 500;

/** A container that is going away still holds its network and its volumes for a moment; what is held for longer is told as `held` says. */
export async function whileInUse(
  { signal }: Call,
  inUse: RegExp,
  remove: () => Promise<unknown>,
  held: (error: unknown) => Promise<unknown> = (error) => Promise.resolve(error),
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await remove();
      return;
    } catch (error) {
      if (!inUse.test(messageOf(error))) throw error;
      if (Date.now() > deadline) throw await held(error);
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
}
