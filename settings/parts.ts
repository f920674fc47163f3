/** What the rules between settings are about, whichever the system. */

/** One thing wrong with the settings, in the four parts that every message has. */
export interface Problem {
  /** Path below `synfleet:`, such as "members[1].name". */
  readonly key: string;
  readonly got: unknown;
  readonly allowed: string;
  readonly next?: string;
}

/** A host port that the deployment publishes, with the key that decides it. */
export interface PublishedPort {
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

/** A part that the settings name and place. */
export interface Part {
  /** Path of the entry, such as "members[1]". */
  readonly key: string;
  readonly name: string;
  readonly host: string;
}

/** A system's settings as the rules see them. */
export interface Parts {
  readonly named: readonly Part[];
  readonly ports: readonly PublishedPort[];
  /** Names that the deployment gives to parts that no setting names. */
  readonly reserved: RegExp;
}

export function named<T extends { readonly name: string; readonly host: string }>(
  key: string,
  entries: readonly T[],
): Part[] {
  return entries.map(({ name, host }, index) => ({ key: `${key}[${index}]`, name, host }));
}

/** Ports of the parts that have one entry in `ports` each: the monitoring's on the first host, all others on each that has a balancer. */
export function sharedPorts(settings: {
  readonly hosts: readonly { readonly name: string }[];
  readonly balancers: readonly { readonly host: string }[];
  readonly ports: Readonly<Record<string, number>>;
  readonly grafana: boolean;
  readonly kubernetes: { readonly monitoring: { readonly prometheus: "own" | "operator" } };
}): PublishedPort[] {
  const first = settings.hosts[0]!.name;
  const { prometheus } = settings.kubernetes.monitoring;
  // Two on one host are a problem of their own.
  const entrances = [...new Set(settings.balancers.map(({ host }) => host))];
  return Object.entries(settings.ports)
    .filter(([name]) => name !== "grafana" || settings.grafana)
    .filter(([name]) => name !== "prometheus" || prometheus === "own")
    .flatMap(([name, port]) =>
      (["prometheus", "grafana"].includes(name) ? [first] : entrances).map((host) => ({
        ...{ key: `ports.${name}`, host, port },
      })),
    );
}
