/** From what a host has to what it has to have: what is in the way, or the steps in their order. Pure. */
import type { HostState, UnitState } from "../../components/host/wanted.ts";
import { isSame, jsonObject } from "./drift.ts";
import type { Facts } from "./facts.ts";

export type Step =
  | { readonly kind: "own"; readonly owner: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly content: string;
      readonly mode: string;
    }
  | {
      readonly kind: "packages";
      readonly install: readonly string[];
      readonly optional: readonly string[];
    }
  | { readonly kind: "reloadUnits" }
  | { readonly kind: "sysctl"; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: "firewall"; readonly rules: string }
  | { readonly kind: "restart"; readonly unit: string }
  | {
      readonly kind: "unit";
      readonly unit: string;
      readonly enable: boolean;
      readonly start: boolean;
    }
  | { readonly kind: "clock" };

/** What was found and may not be, what is allowed, and what to do. */
export interface Refusal {
  readonly got: string;
  readonly allowed: string;
  readonly next: string;
}

/** What forbids to touch the host: all of it. */
export function refusals(wanted: HostState, facts: Facts): Refusal[] {
  return [
    ...(/\b(debian|ubuntu)\b/.test(facts.system)
      ? []
      : [
          {
            got: `the system "${facts.system}"`,
            allowed: "Debian or Ubuntu",
            next: "Install one of them, or prepare the host by hand and leave synfleet:prepareHosts out.",
          },
        ]),
    ...(facts.hasSystemd
      ? []
      : [
          {
            got: "no systemd that runs it",
            allowed: "a host that systemd runs",
            next: "Choose another host, or prepare it by hand and leave synfleet:prepareHosts out.",
          },
        ]),
    ...(facts.owner === "" || facts.owner === wanted.owner
      ? []
      : [
          {
            got: `one that ${facts.owner} prepares already`,
            allowed: "a host that one deployment prepares",
            next: "Leave synfleet:prepareHosts out of one of the two; if the other is gone, remove /etc/synfleet/owner on the host.",
          },
        ]),
    ...Object.entries(wanted.files).flatMap(([path, { content }]) => {
      const found = facts.files[path];
      return found && !facts.made.includes(path) ? foreign(path, found.content, content) : [];
    }),
  ];
}

/** A file that somebody else has made may stay only where all that it says is said by ours too. */
function foreign(path: string, found: string, wanted: string): Refusal[] {
  if (found === wanted) return [];
  const [theirs, ours] = [jsonObject(found), jsonObject(wanted)];
  const keys =
    theirs && ours && Object.keys(theirs).filter((key) => !isSame(theirs[key], ours[key]));
  if (keys?.length === 0) return [];
  return [
    {
      got: keys
        ? `${path} of somebody else, with other values of ${keys.join(", ")}`
        : `${path} of somebody else, with other content`,
      allowed: "none, or one that says the same",
      next: path.startsWith("/etc/docker/")
        ? 'Remove these keys from it by hand, or leave Docker to yourself by synfleet:preparation: {docker: "kept"}.'
        : "Move it away by hand.",
    },
  ];
}

/** None where the host is as it has to be. */
export function stepsTo(wanted: HostState, facts: Facts): Step[] {
  const files = Object.entries(wanted.files).filter(([path, { content, mode }]) => {
    const found = facts.files[path];
    const isOurs = facts.made.includes(path);
    return !isOurs || found?.content !== content || found.mode !== mode;
  });
  const missing = Object.entries(wanted.packages).filter(([name, how]) => {
    const found = facts.packages[name];
    const mayBe = found === "available" || how === "installed" || !facts.knowsPackages;
    return found !== "installed" && mayBe;
  });
  const named = (how: string) => missing.flatMap(([name, is]) => (is === how ? [name] : []));
  const values = Object.fromEntries(
    Object.entries(wanted.sysctl).filter(([key, value]) => facts.sysctl[key] !== value),
  );
  const restarted = new Set(
    files.flatMap(([path, { restarts, content }]) =>
      // A unit that does not run, or is not there yet, starts with the file.
      restarts !== undefined &&
      facts.units[restarts]?.active &&
      facts.files[path]?.content !== content
        ? [restarts]
        : [],
    ),
  );
  const { firewall } = wanted;
  const admits = firewall && (facts.inForce !== "yes" || facts.rules !== firewall.rules);
  return [
    ...(facts.owner === wanted.owner ? [] : [{ kind: "own" as const, owner: wanted.owner }]),
    // Files before packages: what a package starts finds its settings.
    ...files.map(([path, { content, mode }]) => ({ kind: "file" as const, path, content, mode })),
    ...(missing.length > 0
      ? [{ kind: "packages" as const, install: named("installed"), optional: named("optional") }]
      : []),
    ...(files.some(([path]) => path.startsWith("/etc/systemd/"))
      ? [{ kind: "reloadUnits" as const }]
      : []),
    ...(Object.keys(values).length > 0 ? [{ kind: "sysctl" as const, values }] : []),
    // Before anything is started that could be reached.
    ...(admits ? [{ kind: "firewall" as const, rules: firewall.rules }] : []),
    ...[...restarted].map((unit) => ({ kind: "restart" as const, unit })),
    ...Object.entries(wanted.units).flatMap(([unit, want]) =>
      unitSteps(unit, want, facts.units[unit]),
    ),
    ...(wanted.timeSynchronised && !facts.timeSynchronised ? [{ kind: "clock" as const }] : []),
  ];
}

function unitSteps(unit: string, want: UnitState, has?: UnitState): Step[] {
  const enable = want.enabled && !has?.enabled;
  const start = want.active && !has?.active;
  return enable || start ? [{ kind: "unit", unit, enable, start }] : [];
}
