import type { PlacementInputs } from "../components/placement/judge.ts";
import { aliases } from "./aliases.ts";
import { nodeExporterAlias } from "../components/monitoring/spec.ts";
import { entrancesOf, proxyOf, type Entrance, type EntranceArgs } from "./entrances.ts";
import { placement } from "./synapsedb.ts";
import { claimName } from "../components/platform/kubernetes/access.ts";
import type { SynapseDBArgs } from "./synapsedb-args.ts";
import { synapPlacement, type SynapArgs } from "./synap.ts";
import type { SynaxicArgs } from "./synaxic-args.ts";
import { synaxicPlacement } from "./synaxic-watch.ts";

/** As much of the settings as says what is where. */
export type Placed = EntranceArgs & {
  readonly hosts: readonly { readonly name: string }[];
} & (
    | ({ readonly system: "synapsedb" } & Pick<SynapseDBArgs, "members" | "etcd">)
    | ({ readonly system: "synaxic" } & Pick<SynaxicArgs, "members" | "etcd" | "sentinels" | "app">)
    | ({ readonly system: "synap" } & Pick<SynapArgs, "members">)
  );

/** Host of every workload by its alias, whichever the system. */
export function placementOf(settings: Placed): Readonly<Record<string, string>> {
  const names = settings.hosts.map(({ name }) => name);
  const entrances = entrancesOf(names, settings).flatMap(({ name, host }) => [
    [name, host] as const,
    ...(settings.system === "synaxic" ? [[proxyOf(name), host] as const] : []),
  ]);
  const watched = names.map((name) => [nodeExporterAlias(name), name] as const);
  return { ...toldOf(settings), ...Object.fromEntries([...entrances, ...watched]) };
}

/** The same of those whose names all others are told: of entrances, the first alone, and not who watches a host, whom Prometheus alone asks. */
export function toldOf(settings: Placed): Readonly<Record<string, string>> {
  switch (settings.system) {
    case "synapsedb":
      return placement(settings.hosts, settings);
    case "synaxic":
      return synaxicPlacement(settings.hosts, settings);
    case "synap":
      return synapPlacement(settings.hosts, settings);
  }
}

const etcdOf = (settings: Placed) => (settings.system === "synap" ? [] : settings.etcd);

/** How many members the largest set has, each of which wants a machine of its own. */
export function largestSet(settings: Placed): number {
  return Math.max(
    settings.members.length,
    etcdOf(settings).length,
    ...(settings.system === "synaxic" ? [settings.sentinels.length] : []),
  );
}

type Recorded = Placed & {
  readonly acceptPlacement: readonly string[];
  readonly balancers: readonly Entrance[];
  readonly master?: string;
  readonly name: string;
  readonly platform: "docker" | "swarm" | "kubernetes";
  readonly swarm: { readonly encrypted: boolean };
  readonly kubernetes: { readonly namespace?: string | undefined };
};

/** Claims of what a member keeps its data in. */
export function claimsOf({ system }: Pick<Placed, "system">, member: string): string[] {
  const stores =
    system === "synaxic" ? [aliases.postgres(member), aliases.redis(member)] : [member];
  return stores.map((alias) => claimName(alias, "data"));
}

/**
 * What is recorded of it, so that a later change can be held against it: the parts that have data, and who has the ports for clients.
 * @param claims names of all that a cluster has of it just now
 */
export function recordOf(settings: Recorded, claims?: readonly string[]): PlacementInputs {
  const places = (parts: readonly { readonly name: string; readonly host: string }[]) =>
    Object.fromEntries(parts.map(({ name, host }) => [name, host]));
  const etcd = etcdOf(settings);
  const isGone = (member: string) =>
    claims !== undefined && !claimsOf(settings, member).every((claim) => claims.includes(claim));
  const gone = settings.members.map(({ name }) => name).filter(isGone);
  const joining = etcd.filter(({ joins }) => joins).map(({ name }) => name);
  return {
    members: places(settings.members),
    etcd: places(etcd),
    ...(joining.length > 0 && { joining }),
    ...(settings.system === "synaxic" && { sentinels: places(settings.sentinels) }),
    ...(settings.hosts.length > 1 && { balancers: places(settings.balancers) }),
    ...(settings.master !== undefined && { master: settings.master }),
    ...(settings.platform === "swarm" && { swarm: settings.swarm }),
    ...(settings.platform === "kubernetes" && {
      kubernetes: { namespace: settings.kubernetes.namespace ?? settings.name },
    }),
    ...(gone.length > 0 && { gone }),
    accepted: [...settings.acceptPlacement],
  };
}
