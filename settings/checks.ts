import type { Settings } from "./settings.ts";

/** One thing wrong with the settings, in the four parts that every message has. */
export interface Problem {
  /** Path below `synfleet:`, such as "members[1].name". */
  readonly key: string;
  readonly got: unknown;
  readonly allowed: string;
  readonly next?: string;
}

/** What no single value shows: the rules between settings. Pure, and complete: all problems, not the first. */
export function checkSettings(settings: Settings): Problem[] {
  return [
    ...uniqueNames(settings),
    ...numbers(settings),
    ...hosts(settings),
    ...etcdCount(settings),
    ...ports(settings),
    ...memory(settings),
  ];
}

/** Members, etcd members and the fixed workloads share one name space: the network's. */
function uniqueNames({ members, etcd, hosts }: Settings): Problem[] {
  const reserved = ["balancer", "prometheus", "grafana", "node-exporter", "init", "network"];
  const named = [
    ...members.map(({ name }, index) => ({ key: `members[${index}].name`, name })),
    ...etcd.map(({ name }, index) => ({ key: `etcd[${index}].name`, name })),
  ];
  return [
    ...duplicates(named),
    ...duplicates(hosts.map(({ name }, index) => ({ key: `hosts[${index}].name`, name }))),
    ...named
      .filter(
        ({ name }) => reserved.includes(name) || /^(manager|postgres-exporter)\d*$/.test(name),
      )
      .map(({ key, name }) => ({
        key,
        got: name,
        allowed: "a name that no other part of the deployment has",
        next: `${name} is taken by the deployment itself`,
      })),
  ];
}

function duplicates(named: readonly { key: string; name: string }[]): Problem[] {
  return named.flatMap(({ key, name }, index) => {
    const first = named.findIndex((other) => other.name === name);
    return first === index
      ? []
      : [
          {
            key,
            got: name,
            allowed: "a name used once",
            next: `${named[first]!.key} has it already`,
          },
        ];
  });
}

function numbers({ members }: Settings): Problem[] {
  return members.flatMap(({ name, number }, index) => {
    const key = `members[${index}].number`;
    if (!(number >= 1 && number <= 16)) {
      return [
        {
          key,
          got: Number.isNaN(number) ? undefined : number,
          allowed: "1 to 16",
          next: `give it, since it cannot be taken from the end of the name ${name}`,
        },
      ];
    }
    const first = members.findIndex((other) => other.number === number);
    return first === index
      ? []
      : [
          {
            key,
            got: number,
            allowed: "a number used once",
            next: `members[${first}] has it already`,
          },
        ];
  });
}

function hosts(settings: Settings): Problem[] {
  const declared = settings.hosts.map(({ name }) => name);
  const placed = [
    ...settings.members.map(({ host }, index) => ({ key: `members[${index}].host`, host })),
    ...settings.etcd.map(({ host }, index) => ({ key: `etcd[${index}].host`, host })),
  ];
  const undeclared = placed
    .filter(({ host }) => !declared.includes(host))
    .map(({ key, host }) => ({
      key,
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
  const addresses = settings.hosts.flatMap(({ address }, index) =>
    single || address
      ? []
      : [
          {
            key: `hosts[${index}].address`,
            got: undefined,
            allowed: "an IP address by which the other hosts reach it",
            next: "set it; best one of a private network",
          },
        ],
  );
  return [...undeclared, ...count, ...addresses, ...(single ? [] : alone(settings))];
}

/** Members on other hosts are reached by the ports that their hosts publish, which are those of the service. */
function alone({ members }: Settings): Problem[] {
  const fixed = (key: string, got: number, service: number): Problem[] =>
    got === service
      ? []
      : [
          {
            key,
            got,
            allowed: `${service} on several hosts`,
            next: "one member a host; leave the port out",
          },
        ];
  return members.flatMap(({ port, managerPort }, index) => [
    ...fixed(`members[${index}].port`, port, 5432),
    ...fixed(`members[${index}].managerPort`, managerPort, 8080),
  ]);
}

/** An even number tolerates no more losses than the odd number below it, and is likelier to lose its majority. */
function etcdCount({ etcd }: Settings): Problem[] {
  return etcd.length % 2 === 1 && etcd.length <= 7
    ? []
    : [
        {
          key: "etcd",
          got: `${etcd.length} members`,
          allowed: "an odd number: 1, 3, 5 or 7",
          next: "add one or remove one; 3 tolerate the loss of one",
        },
      ];
}

/** Host ports that the deployment publishes, with the key that decides each. */
export function publishedPorts(settings: Settings): { key: string; host: string; port: number }[] {
  const front = settings.hosts[0]!.name;
  return [
    ...settings.members.map(({ host, port }, index) => ({
      key: `members[${index}].port`,
      host,
      port,
    })),
    ...settings.members.map((member, index) => ({
      key: `members[${index}].managerPort`,
      host: member.host,
      port: member.managerPort,
    })),
    ...Object.entries(settings.ports)
      .filter(([name]) => name !== "grafana" || settings.grafana)
      .map(([name, port]) => ({ key: `ports.${name}`, host: front, port })),
  ];
}

function ports(settings: Settings): Problem[] {
  const all = publishedPorts(settings).filter(({ port }) => !Number.isNaN(port));
  return all.flatMap(({ key, host, port }, index) => {
    const first = all.findIndex((other) => other.port === port && other.host === host);
    return first === index
      ? []
      : [
          {
            key,
            got: port,
            allowed: "a port used once on its host",
            next: `${all[first]!.key} has it already`,
          },
        ];
  });
}

function memory({ postgres }: Settings): Problem[] {
  const { sharedBuffersMiB, memoryMiB } = postgres;
  return sharedBuffersMiB === undefined || sharedBuffersMiB <= memoryMiB / 2
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
