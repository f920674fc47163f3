/** What follows from the settings that every system has. */
import { numbered } from "./atoms.ts";
import type { HostSettings } from "./common.ts";
import { type Placeable, quorumSize, spread } from "./spread.ts";

interface Raw {
  readonly system: string;
  readonly topology: "single-host" | "several-hosts";
  readonly name?: string | undefined;
  readonly hosts: readonly HostSettings[];
}

/** The stack's name, its hosts, and what is on them unless the settings say otherwise. */
export function onHosts(raw: Raw) {
  const isSpread = raw.topology === "several-hosts";
  return {
    name: raw.name ?? raw.system,
    hosts: raw.hosts,
    /** Parts of one set, each with its host. */
    placed: <T extends Placeable>(parts: readonly T[]) => spread(parts, raw.hosts),
    /** On several hosts a member for each of them, made by the function; else those of one host. */
    membersOf: <T>(ofOneHost: readonly T[], on: (host: string, index: number) => T) =>
      isSpread ? raw.hosts.map(({ name }, index) => on(name, index)) : ofOneHost,
    /** Members of a quorum: two hosts can have none that outlives the loss of either. */
    quorumOf: (name: string) => numbered(name, isSpread ? quorumSize(raw.hosts.length) : 3),
  };
}
