/** What a host has in place of what it has to have, in the same form. Pure. */
import type { HostState } from "../../components/host/wanted.ts";
import type { Facts } from "./facts.ts";

/** Equal to what is wanted where nothing differs; what is missing on the host is left out. */
export function actualState(wanted: HostState, facts: Facts): HostState {
  const kept = <T, U>(of: Readonly<Record<string, T>>, value: (key: string, was: T) => U[]) =>
    Object.fromEntries(
      Object.entries(of).flatMap(([key, was]) => value(key, was).map((now) => [key, now] as const)),
    );
  return {
    owner: facts.owner,
    packages: kept(wanted.packages, (name, how) => {
      const found = facts.packages[name];
      const isNone = how === "optional" && found === "unknown" && facts.knowsPackages;
      return found === "installed" || isNone ? [how] : [];
    }),
    files: kept(wanted.files, (path, { restarts, content }) => {
      const found = facts.files[path];
      if (!found) return [];
      const told = { ...found, content: withoutOthers(content, found.content) };
      return [{ ...told, ...(restarts !== undefined && { restarts }) }];
    }),
    sysctl: kept(wanted.sysctl, (key) => some(facts.sysctl[key])),
    units: kept(wanted.units, (unit) => some(facts.units[unit])),
    ...(wanted.firewall && {
      firewall: { rules: facts.rules ?? "", inForce: facts.inForce },
    }),
    timeSynchronised: wanted.timeSynchronised && facts.timeSynchronised,
  };
}

/**
 * A state keeps what it is told, and what somebody else has put beside our settings may be a secret, such as a proxy with its password: of
 * that the names alone are told.
 */
function withoutOthers(wanted: string, found: string): string {
  const ours = jsonObject(wanted);
  if (!ours || found === wanted) return found;
  const theirs = jsonObject(found);
  if (!theirs) return "(no JSON)\n";
  if (Object.keys(theirs).every((key) => key in ours)) return found;
  const told = Object.entries(theirs).map(([key, value]) => [
    key,
    key in ours ? value : "(not ours)",
  ]);
  return `${JSON.stringify(Object.fromEntries(told), null, 2)}\n`;
}

/** The settings that a JSON file holds; undefined where it is none, or holds no settings. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const some = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

/** Whether two values that came as JSON are the same, in whichever order their keys are; a key without a value is none. */
export function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return one === other;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  const at = (value: object, key: string) => (value as Record<string, unknown>)[key];
  return [...keys].every((key) => isSame(at(one, key), at(other, key)));
}
