/** Where parts go that no setting places. Pure. */

/** As much of a host as decides. */
export interface Place {
  readonly name: string;
  /** What may be lost at once with all hosts in it. Absent: the host is by itself. */
  readonly region?: string | undefined;
}

export interface Placeable {
  readonly name: string;
  /** Where it is; undefined where nobody has said so. */
  readonly host?: string | undefined;
}

/**
 * Parts of one set, such as the members of etcd, each with its host. One that is placed stays there. The others go, in their order, to the
 * host with the fewest of the set, among those to the region with the fewest, among those to the first: so two of a set share a host only when
 * every host has one, and a host that is added at the end takes none that another had.
 */
export function spread<T extends Placeable>(
  parts: readonly T[],
  hosts: readonly Place[],
): (T & { readonly host: string })[] {
  const on = new Map<string, number>();
  const within = new Map<string, number>();
  const regionOf = ({ name, region }: Place) => (region === undefined ? `host ${name}` : region);
  const count = (name: string) => {
    const place = hosts.find((host) => host.name === name) ?? { name };
    on.set(name, (on.get(name) ?? 0) + 1);
    within.set(regionOf(place), (within.get(regionOf(place)) ?? 0) + 1);
  };
  for (const { host } of parts) if (host !== undefined) count(host);
  return parts.map((part) => {
    if (part.host !== undefined) return { ...part, host: part.host };
    const load = (place: Place) =>
      [on.get(place.name) ?? 0, within.get(regionOf(place)) ?? 0] as const;
    const chosen = hosts.reduce((best, place) => (isLess(load(place), load(best)) ? place : best));
    count(chosen.name);
    return { ...part, host: chosen.name };
  });
}

function isLess(one: readonly [number, number], other: readonly [number, number]): boolean {
  return one[0] === other[0] ? one[1] < other[1] : one[0] < other[0];
}

/**
 * Hosts on which clients get in unless the settings say otherwise: the first, and as many of the others as a quorum has members, regions first. More
 * would outlive no loss that the quorum does not, and each of them asks every member for its role all the time.
 */
export function entrances(hosts: readonly Place[]): string[] {
  const [first, ...others] = Array.from({ length: Math.min(3, hosts.length) }, () => ({
    name: "",
  }));
  return spread([{ ...first!, host: hosts[0]!.name }, ...others], hosts).map(({ host }) => host);
}

/** Of a quorum's default members: three where as many hosts can each have one, else none but a single one helps. */
export function quorumSize(hosts: number): 1 | 3 {
  return hosts === 2 ? 1 : 3;
}
