/** Paces actions by name: a failing one is tried again ever more slowly, a done one not at once. */
export class Backoff {
  readonly #entries = new Map<string, { failures: number; notBeforeMs: number }>();

  allows(key: string, nowMs: number): boolean {
    return nowMs >= (this.#entries.get(key)?.notBeforeMs ?? 0);
  }

  /** Notes a success; the effect needs a look or two to be seen. */
  succeeded(key: string, nowMs: number, restMs: number): void {
    this.#entries.set(key, { failures: 0, notBeforeMs: nowMs + restMs });
  }

  /** Notes a failure and returns the pause until the next try. */
  failed(key: string, nowMs: number): number {
    const failures = (this.#entries.get(key)?.failures ?? 0) + 1;
    const pauseMs = Math.min(1000 * 2 ** (failures - 1), 15_000);
    this.#entries.set(key, { failures, notBeforeMs: nowMs + pauseMs });
    return pauseMs;
  }
}
