/** The state of a stack without what was on a host that is gone for good. Pure. */

/** A resource as `stack export` gives it; what is not named here is kept as it is. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  readonly deletedWith?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface State {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly { readonly resource: StateResource }[];
}

/** How the stack reached the host's engine. */
export interface Reached {
  /** As Docker's client takes it. */
  readonly engine: string;
  /** Options of ssh(1), a word each. */
  readonly sshOptions: readonly string[];
}

const DOCKER_PROVIDER = "pulumi:providers:docker";
export const SERVICE = "docker:index/service:Service";
export const SWARM_MEMBER = "synfleet-hosts:swarm:Member";
const SWARM = "synfleet:platform:Swarm";
const PLATFORM = /^synfleet:platform:(Docker|Swarm|Kubernetes)$/;

const nameOf = ({ urn }: StateResource) => urn.slice(urn.lastIndexOf("::") + 2);

/** Of which platform the stack is, and what its objects are labelled with; none when nothing of it is there. */
export function platformIn({ resources = [] }: State) {
  const platform = resources.find(({ type }) => PLATFORM.test(type));
  if (!platform) return undefined;
  const kind = PLATFORM.exec(platform.type)![1] as "Docker" | "Swarm" | "Kubernetes";
  return { kind, prefix: platform.inputs!["prefix"] as string };
}

/** The hosts that the stack is on, by the names that the settings gave them. */
export function hostsIn({ resources = [] }: State): ReadonlyMap<string, Reached> {
  const platforms = resources.filter(({ type }) => PLATFORM.test(type)).map(nameOf);
  const hosts = new Map<string, Reached>();
  for (const provider of enginesIn(resources)) {
    const platform = platforms.find((name) => nameOf(provider).startsWith(`${name}-`));
    const { host, sshOpts = "[]" } = (provider.inputs ?? {}) as Record<string, string>;
    if (platform === undefined || host === undefined) continue;
    const sshOptions = JSON.parse(sshOpts) as string[];
    hosts.set(nameOf(provider).slice(platform.length + 1), { engine: host, sshOptions });
  }
  return hosts;
}

/** What talks to the engine of a host. What talks to a Swarm goes by one of them, and is on none: its services may be anywhere. */
function enginesIn(resources: readonly StateResource[]): StateResource[] {
  const swarms = resources.filter(({ type }) => type === SWARM).map(nameOf);
  const managing = new Set(swarms.map((name) => `${name}-manager`));
  return resources.filter(
    (resource) => resource.type === DOCKER_PROVIDER && !managing.has(nameOf(resource)),
  );
}

/** The state as it is when the host and all on it never were. */
export function withoutHost<S extends State>(
  state: S,
  name: string,
): { readonly state: S; readonly forgotten: readonly StateResource[] } {
  const reached = hostsIn(state).get(name);
  return without(
    state,
    reached ? belongs(state.resources ?? [], name, reached.engine) : () => false,
  );
}

/** The state as it is when what is meant never was. Whatever named something of it no longer does. */
export function without<S extends State>(
  state: S,
  isOn: (resource: StateResource) => boolean,
): { readonly state: S; readonly forgotten: readonly StateResource[] } {
  const { resources = [], pending_operations: pending } = state;
  const forgotten = resources.filter(isOn);
  const gone = new Set(forgotten.map(({ urn }) => urn));
  const stays = (urn: string) => !gone.has(urn);
  const kept = resources.filter(({ urn }) => stays(urn)).map((resource) => freed(resource, stays));
  return {
    forgotten,
    state: {
      ...state,
      resources: kept,
      ...(pending && {
        pending_operations: pending.filter(({ resource }) => stays(resource.urn)),
      }),
    },
  };
}

/**
 * Its engine and all that this made, the scripts that ran against it, the host itself as it was prepared and as a member of a Swarm, and the services that
 * these scripts brought up there.
 */
function belongs(resources: readonly StateResource[], name: string, engine: string) {
  const engines = enginesIn(resources).filter(({ inputs }) => inputs?.["host"] === engine);
  const providers = new Set(engines.map(({ urn }) => urn));
  const ranThere = (resource: StateResource) => {
    const { HOST, DOCKER_HOST } = environmentOf(resource);
    return HOST === engine || DOCKER_HOST === engine;
  };
  const services = new Set(
    resources.filter(ranThere).map((resource) => environmentOf(resource)["SERVICE"]),
  );
  return (resource: StateResource): boolean => {
    const { urn, type, provider = "", inputs } = resource;
    if (providers.has(urn) || ranThere(resource)) return true;
    if (type === "synfleet-hosts:host:Host" || type === SWARM_MEMBER)
      return hostOf(resource) === name;
    if (type === SERVICE && services.has(String(inputs?.["name"]))) return true;
    // A reference is the provider's URN with its id.
    return providers.has(provider.slice(0, provider.lastIndexOf("::")));
  };
}

/** Of a script; of anything else it is empty. */
export const environmentOf = ({ type, inputs }: StateResource) =>
  (type === "command:local:Command" ? (inputs?.["environment"] ?? {}) : {}) as Readonly<
    Record<string, unknown>
  >;

/** Which host a resource of one is of, by the name that the settings gave it. */
export const hostOf = ({ inputs }: StateResource) =>
  (inputs?.["login"] as { readonly name?: string } | undefined)?.name;

function freed<R extends StateResource>(resource: R, stays: (urn: string) => boolean): R {
  const { dependencies, propertyDependencies, deletedWith, ...rest } = resource;
  const properties = Object.entries(propertyDependencies ?? {}).map(
    ([key, urns]) => [key, urns && urns.filter(stays)] as const,
  );
  return {
    ...rest,
    ...(dependencies && { dependencies: dependencies.filter(stays) }),
    ...(propertyDependencies && { propertyDependencies: Object.fromEntries(properties) }),
    ...(deletedWith !== undefined && stays(deletedWith) && { deletedWith }),
  } as R;
}

/** Names of the volumes that hold data; configuration is written anew. */
export function dataOf(resources: readonly StateResource[]): string[] {
  return resources
    .filter(({ type }) => type === "docker:index/volume:Volume")
    .map(({ inputs }) => String(inputs?.["name"]))
    .filter((name) => !name.endsWith("-config"));
}
