/** What follows from the settings that every system has. */
import { numbered } from "./atoms.ts";
import type { HostSettings } from "./common.ts";
import { entrances, type Placeable, quorumSize, spread } from "./spread.ts";

interface Raw {
  readonly system: string;
  readonly topology: "single-host" | "several-hosts";
  readonly name?: string | undefined;
  readonly hosts: readonly HostSettings[];
  readonly balancers?: readonly { readonly name: string; readonly host?: string | undefined }[];
}

/** The first keeps the name that it had when it was the only one; the others have their hosts', which stay when another comes or goes. */
const balancersOn = (hosts: readonly string[]) =>
  hosts.map((host, index) => ({ name: index === 0 ? "balancer" : `balancer-${host}`, host }));

/** The stack's name, its hosts, and what is on them unless the settings say otherwise. */
export function onHosts(raw: Raw) {
  const isSpread = raw.topology === "several-hosts";
  return {
    name: raw.name ?? raw.system,
    hosts: raw.hosts,
    balancers: spread(raw.balancers ?? balancersOn(entrances(raw.hosts)), raw.hosts),
    /** Parts of one set, each with its host. */
    placed: <T extends Placeable>(parts: readonly T[]) => spread(parts, raw.hosts),
    /** On several hosts a member for each of them, made by the function; else those of one host. */
    membersOf: <T>(ofOneHost: readonly T[], on: (host: string, index: number) => T) =>
      isSpread ? raw.hosts.map(({ name }, index) => on(name, index)) : ofOneHost,
    /** Members of a quorum: two hosts can have none that outlives the loss of either. */
    quorumOf: (name: string) => numbered(name, isSpread ? quorumSize(raw.hosts.length) : 3),
  };
}
