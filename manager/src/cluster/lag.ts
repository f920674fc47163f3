import { parseLsn } from "./lsn.ts";

/** Where a peer's WAL ended at a moment this manager looked. */
export interface WalSample {
  readonly atMs: number;
  readonly lsn: string;
}

const maxSamples = 120;

/**
 * Keeps the samples that this member has not confirmed yet, oldest first. When there are too many,
 * every second one goes: the oldest stays, so the lag keeps its full length and loses only resolution.
 */
export function recordSample(
  samples: readonly WalSample[],
  sample: WalSample,
  confirmedLsn: string,
): WalSample[] {
  const confirmed = parseLsn(confirmedLsn);
  const last = samples.at(-1);
  const all = last?.lsn === sample.lsn ? samples : [...samples, sample];
  const pending = all.filter((entry) => parseLsn(entry.lsn) > confirmed);
  return pending.length <= maxSamples ? pending : pending.filter((_, index) => index % 2 === 0);
}

/**
 * Seconds since the peer wrote the oldest change that has not been applied here. It is counted on this
 * manager's clock alone, so clocks that differ between hosts do not matter.
 */
export function lagSeconds(samples: readonly WalSample[], nowMs: number): number {
  const oldest = samples[0];
  return oldest === undefined ? 0 : Math.max(0, nowMs - oldest.atMs) / 1000;
}
