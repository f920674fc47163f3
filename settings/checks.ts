import type { Part, Parts, Problem } from "./parts.ts";
import type { HostSettings } from "./common.ts";
import { clusterOwn } from "./cluster-own.ts";
import { nodePorts, onCluster, type OnCluster } from "./kubernetes.ts";
import { etcdCount, regions, type Quorums } from "./quorum.ts";

/** What the rules that hold for every system look at. */
export interface Checked extends Pick<OnCluster, "kubernetes" | "imageRegistry">, Quorums {
  readonly system: string;
  readonly grafana: boolean;
  readonly topology: "single-host" | "several-hosts";
  readonly hosts: readonly HostSettings[];
  readonly prepareHosts: boolean;
  readonly platform: OnCluster["platform"];
  readonly publishAddress?: string | undefined;
  readonly balancers: readonly { readonly host: string }[];
  readonly postgres?: {
    readonly sharedBuffersMiB?: number | undefined;
    readonly memoryMiB: number;
  };
}

/** What no single value shows: the rules between settings. Pure, and complete: all problems, not the first. */
export function checkSettings(settings: Checked, parts: Parts): Problem[] {
  return [
    ...uniqueNames(settings, parts),
    ...hosts(settings, parts),
    ...balancers(settings),
    ...swarm(settings),
    ...onCluster(settings),
    ...clusterOwn(settings),
    ...nodePorts(settings, parts.ports),
    ...etcdCount(settings),
    ...regions(settings),
    ...ports(parts),
    ...memory(settings),
  ];
}

/** Members, etcd members and the fixed workloads share one name space: the network's. */
function uniqueNames(settings: Checked, { named, reserved }: Parts): Problem[] {
  const keyed = ({ key, name }: Omit<Part, "host">) => ({ key: `${key}.name`, name });
  return [
    ...duplicates(named.map(keyed)),
    ...duplicates(settings.hosts.map(({ name }, index) => keyed({ key: `hosts[${index}]`, name }))),
    ...named
      .filter(({ name }) => reserved.test(name))
      .map(({ key, name }) => ({
        key: `${key}.name`,
        got: name,
        allowed: "a name that no other part of the deployment has",
        next: `${name} is taken by the deployment itself`,
      })),
  ];
}

function duplicates(named: readonly { key: string; name: string }[]): Problem[] {
  return named.flatMap(({ key, name }, index) => {
    const first = named.findIndex((other) => other.name === name);
    const next = `${named[first]!.key} has it already`;
    return first === index ? [] : [{ key, got: name, allowed: "a name used once", next }];
  });
}

function hosts(settings: Checked, { named }: Parts): Problem[] {
  const declared = settings.hosts.map(({ name }) => name);
  const undeclared = named
    .filter(({ host }) => !declared.includes(host))
    .map(({ key, host }) => ({
      key: `${key}.host`,
      got: host,
      allowed: declared.join(", "),
      next: "declare the host under synfleet:hosts, or place the member on a declared one",
    }));
  const single = settings.topology === "single-host";
  const count: Problem[] =
    single === (declared.length === 1)
      ? []
      : [
          {
            key: "topology",
            got: settings.topology,
            allowed: single
              ? "exactly one entry in synfleet:hosts"
              : "two or more entries in synfleet:hosts",
            next: single
              ? `it has ${declared.length}; remove the others, or set topology to several-hosts`
              : "it has 1; add the others, or set topology to single-host",
          },
        ];
  const addresses = settings.hosts.flatMap(({ address, ssh }, index) =>
    address || (single && !ssh)
      ? []
      : [
          {
            key: `hosts[${index}].address`,
            got: undefined,
            allowed: single ? "an IP address to log in at" : "an IP address by which it is reached",
            next: "set it; what the hosts say to each other goes by privateAddress, if they have such",
          },
        ],
  );
  const twoWays = settings.hosts.flatMap(({ engine, ssh }, index) =>
    engine !== undefined && ssh
      ? [
          {
            key: `hosts[${index}].engine`,
            got: engine,
            allowed: "none beside ssh",
            next: "leave it out",
          },
        ]
      : [],
  );
  const unprepared = settings.hosts.flatMap(({ ssh }, index) =>
    settings.prepareHosts && !ssh
      ? [
          {
            key: `hosts[${index}].ssh`,
            got: undefined,
            allowed: "how to log in, with prepareHosts",
            next: "set it; ssh: {} takes the defaults. Or leave prepareHosts out",
          },
        ]
      : [],
  );
  return [...undeclared, ...count, ...addresses, ...twoWays, ...unprepared];
}

/** All of them have the same ports. */
function balancers({ balancers: all }: Checked): Problem[] {
  return all.flatMap(({ host }, index) => {
    const first = all.findIndex((other) => other.host === host);
    const next = `balancers[${first}] is on it, with the same ports`;
    return first === index
      ? []
      : [
          {
            key: `balancers[${index}].host`,
            got: host,
            allowed: "a host that has no other balancer",
            next,
          },
        ];
  });
}

/** Hosts are made members over SSH, and a Swarm knows no address to publish at. */
function swarm({ platform, hosts, prepareHosts, publishAddress }: Checked): Problem[] {
  if (platform !== "swarm") return [];
  const unreached = hosts.flatMap(({ ssh }, index) =>
    ssh || prepareHosts
      ? []
      : [
          {
            key: `hosts[${index}].ssh`,
            got: undefined,
            allowed: "how to log in, with platform swarm",
            next: "set it; ssh: {} takes the defaults. Or leave platform out",
          },
        ],
  );
  const taken = hosts.flatMap(({ name }, index) =>
    name === "manager"
      ? [
          {
            key: `hosts[${index}].name`,
            got: name,
            allowed: "any other name, with platform swarm",
            next: "what speaks to the Swarm's managers is called so",
          },
        ]
      : [],
  );
  const published =
    publishAddress === undefined
      ? []
      : [
          {
            key: "publishAddress",
            got: publishAddress,
            allowed: "nothing, with platform swarm, which publishes on every address of a host",
            next: "leave it out; clientCidrs with prepareHosts decide who reaches the ports",
          },
        ];
  return [...unreached, ...taken, ...published];
}

function ports(parts: Parts): Problem[] {
  const all = parts.ports.filter(({ port }) => !Number.isNaN(port));
  return all.flatMap(({ key, host, port }, index) => {
    const first = all.findIndex((other) => other.port === port && other.host === host);
    const next = `${all[first]!.key} has it already`;
    return first === index
      ? []
      : [{ key, got: port, allowed: "a port used once on its host", next }];
  });
}

function memory({ postgres }: Checked): Problem[] {
  if (postgres?.sharedBuffersMiB === undefined) return [];
  const { sharedBuffersMiB, memoryMiB } = postgres;
  return sharedBuffersMiB <= memoryMiB / 2
    ? []
    : [
        {
          key: "postgres.sharedBuffersMiB",
          got: sharedBuffersMiB,
          allowed: `at most half of postgres.memoryMiB (${memoryMiB})`,
          next: "lower it or raise postgres.memoryMiB",
        },
      ];
}
