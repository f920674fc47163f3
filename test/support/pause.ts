export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Between two entries of a client that connects for each: often enough to measure by, and not all that the processors can do. */
export const BETWEEN_ENTRIES_MS = 20;

/**
 * Before the same is asked again. What answers at once is asked often; who asks by a process in a container or on a server does so a fifth of the time at most,
 * since what is waited for needs the same processors.
 */
export const pauseAfter = (askedAtMs: number): Promise<void> =>
  pause(Math.min(1000, Math.max(50, 4 * (Date.now() - askedAtMs))));
