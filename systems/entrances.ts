/** Where clients get in: a balancer on each of some hosts, and in a Synaxic an Nginx beside it. Pure. */
import type { PassedThrough } from "../components/pki/issue.ts";
import type { Platform } from "../components/platform/platform.ts";
import { BALANCER, PROXY } from "./aliases.ts";

/** A balancer by its name, and the host whose ports lead to it. */
export interface Entrance {
  readonly name: string;
  readonly host: string;
}

/** The first is the one that has the address of old. */
export type Entrances = readonly [Entrance, ...Entrance[]];

export interface EntranceArgs {
  /**
   * Hosts on which clients get in, the first of them the one whose address stands in `endpoints.write`. Adding or removing one touches no member.
   * @default - `balancer` on the platform's first host
   */
  readonly balancers?: readonly Entrance[];
}

type Places = Readonly<Record<string, string>>;

export function entrancesOf(hosts: readonly string[], { balancers }: EntranceArgs): Entrances {
  const [first, ...others] = balancers ?? [];
  return [first ?? { name: BALANCER, host: hosts[0]! }, ...others];
}

/** Name of the Nginx beside a balancer: proxy beside balancer, proxy-b beside balancer-b. */
export function proxyOf(balancer: string): string {
  const own = balancer.startsWith(BALANCER) ? balancer.slice(BALANCER.length) : `-${balancer}`;
  return `${PROXY}${own}`;
}

const placesOf = (entrances: readonly Entrance[]): Places =>
  Object.fromEntries(entrances.map(({ name, host }) => [name, host]));

/**
 * The balancer whose name every part of the deployment is told, and with it the Nginx of that name. Of the others only those parts are told that call
 * them, since what a container is told of other hosts is fixed in it: an entrance more would replace every member.
 */
export function toldToAll(
  hosts: readonly { readonly name: string }[],
  args: EntranceArgs,
): readonly Entrance[] {
  const names = hosts.map(({ name }) => name);
  return entrancesOf(names, args).filter(({ name }) => name === BALANCER);
}

/** Those that a part is told of that calls all of them. */
export const toldToCallers = (entrances: readonly Entrance[]): Places =>
  placesOf(entrances.filter(({ name }) => name !== BALANCER));

/** The entrance that what is on a host calls: its own, so that the loss of another host does not matter to it. */
export function nearest(entrances: Entrances, host: string, index: number): Entrance {
  return (
    entrances.find((entrance) => entrance.host === host) ?? entrances[index % entrances.length]!
  );
}

/** What clients verify behind balancers that pass TLS on: a server is good under the names and addresses of all of them. */
export const passedThrough = (entrances: readonly Entrance[]): PassedThrough => ({
  aliases: entrances.map(({ name }) => name),
  hosts: entrances.map(({ host }) => host),
});

/**
 * A host that is lost does not even refuse: a client must not wait for it as long as the kernel would, neither to connect nor, where the host is cut off
 * between a statement and its answer, for that: two hours.
 */
const patience = new URLSearchParams({
  connect_timeout: "3",
  tcp_user_timeout: "10000",
  keepalives_idle: "5",
  keepalives_interval: "2",
  keepalives_count: "3",
}).toString();

/** URLs of PostgreSQL behind the balancers, as libpq and what is made of it take them. */
export function postgresUrls(
  platform: Pick<Platform, "endpoint">,
  entrances: Entrances,
  { port, database }: { readonly port: number; readonly database: string },
): { readonly first: string; readonly all: string } {
  const [first, ...others] = entrances.map(({ name, host }) => platform.endpoint(host, port, name));
  return {
    first: `postgresql://${first}/${database}`,
    all: `postgresql://${[first, ...others].join(",")}/${database}?${patience}`,
  };
}
