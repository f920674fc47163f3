/** Times as the CLI writes them. */

/** 2026-01-31T12:00:00.000Z */
export const dateText = (seconds: number): string => new Date(seconds * 1000).toISOString();

const SECOND = 1;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const MONTH = 30 * DAY;
const YEAR = 12 * MONTH;
const LONG_TIME = 37 * YEAR;

/** Up to how long something was so long ago, and in which unit that is told. */
const STEPS: readonly [below: number, text: string, unit: number][] = [
  [SECOND, "now", SECOND],
  [2 * SECOND, "1 second ago", SECOND],
  [MINUTE, "% seconds ago", SECOND],
  [2 * MINUTE, "1 minute ago", MINUTE],
  [HOUR, "% minutes ago", MINUTE],
  [2 * HOUR, "1 hour ago", HOUR],
  [DAY, "% hours ago", HOUR],
  [2 * DAY, "1 day ago", DAY],
  [WEEK, "% days ago", DAY],
  [2 * WEEK, "1 week ago", WEEK],
  [MONTH, "% weeks ago", WEEK],
  [2 * MONTH, "1 month ago", MONTH],
  [YEAR, "% months ago", MONTH],
  [18 * MONTH, "1 year ago", YEAR],
  [2 * YEAR, "2 years ago", YEAR],
  [LONG_TIME, "% years ago", YEAR],
];

export function ago(seconds: number): string {
  const step = STEPS.find(([below]) => seconds < below);
  return step ? step[1].replace("%", String(Math.floor(seconds / step[2]))) : "a long while ago";
}

/** 1h2m3s, of whole seconds. */
export function goDuration(seconds: number): string {
  const hours = Math.floor(seconds / HOUR);
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  const rest = seconds % MINUTE;
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

/** 2026-01-31 12:00:00.5 +0000 UTC, of an RFC 3339 time. */
export function goTime(text: string): string {
  const [, day, time, fraction = ""] = /^([\d-]+)T([\d:]+)(\.\d+)?/.exec(text) ?? [];
  const precise = fraction.replace(/\.?0*$/, "");
  return day === undefined ? text : `${day} ${time}${precise} +0000 UTC`;
}
