import type { PropertyValue } from "../../provider.ts";

/** Go's spelling of a span of time, such as 1h30m, 10s or 500ms. */
export const durationPattern = /^(0|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+)$/;

const nanosecondsPerUnit: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

export function toNanoseconds(duration: string): number {
  let nanoseconds = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    nanoseconds += Number(amount) * nanosecondsPerUnit[unit!]!;
  return Math.round(nanoseconds);
}

/** As Go prints a duration: 1m0s, 1.5s, 500ms. */
export function fromNanoseconds(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const seconds = (nanoseconds % 60e9) / 1e9;
  const minutes = Math.floor(nanoseconds / 60e9);
  if (minutes === 0) return `${seconds}s`;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}s` : `${hours}h${minutes % 60}m${seconds}s`;
}

export const sameDuration = (a: PropertyValue, b: PropertyValue): boolean =>
  typeof a === "string" && typeof b === "string" && toNanoseconds(a) === toNanoseconds(b);
