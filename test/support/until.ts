import { pauseAfter } from "./pause.ts";

/** Asks until the answer is not undefined; throws what it last saw at the end. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { seconds = 60 }: { seconds?: number } = {},
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    const askedAt = Date.now();
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      last = "not yet";
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `${what}: not within ${seconds} s (${last instanceof Error ? last.message : String(last)})`,
      );
    }
    await pauseAfter(askedAt);
  }
}
