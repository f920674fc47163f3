import type { ResourceValidationArgs } from "@pulumi/policy";

// Types by token: importing the SDKs for their classes would cost more than all the rules.
export const containerType = "docker:index/container:Container";
export const serviceType = "docker:index/service:Service";
export const volumeType = "docker:index/volume:Volume";
export const postgresNodeType = "synfleet:postgres:PostgresNode";

/** The stack a resource belongs to, from its URN. */
export function stackOf(urn: string): string {
  return urn.split("::")[0]?.split(":").at(-1) ?? "";
}

/** The token of a resource's own type, from its URN. */
export function ownType(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** Properties of a container that the rules look at. */
export interface ContainerProps {
  readonly name?: string;
  readonly image?: string;
  readonly mustRun?: boolean;
  readonly privileged?: boolean;
  readonly memory?: number;
  readonly restart?: string;
  readonly user?: string;
  readonly readOnly?: boolean;
  readonly networkMode?: string;
  readonly pidMode?: string;
  readonly healthcheck?: { readonly tests?: readonly string[] };
  readonly capabilities?: { readonly adds?: readonly string[] };
  readonly ports?: readonly {
    readonly ip?: string;
    readonly external?: number;
    readonly internal: number;
  }[];
  readonly volumes?: readonly {
    readonly hostPath?: string;
    readonly volumeName?: string;
    readonly containerPath?: string;
  }[];
  readonly mounts?: readonly { readonly source?: string; readonly type?: string }[];
  readonly envs?: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoints?: readonly string[];
  readonly labels?: readonly { readonly label: string; readonly value: string }[];
}

/** Properties of a Swarm's service that the rules look at. */
export interface ServiceProps {
  readonly taskSpec?: {
    readonly containerSpec?: ContainerSpec;
    readonly resources?: { readonly limits?: { readonly memoryBytes?: number } };
    readonly restartPolicy?: { readonly condition?: string };
  };
}

interface ContainerSpec {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly commands?: readonly string[];
  readonly labels?: ContainerProps["labels"];
  readonly capAdds?: readonly string[];
  readonly mounts?: readonly {
    readonly source?: string;
    readonly target?: string;
    readonly type?: string;
  }[];
}

/** The inputs of a container, or of the one that a service starts, or a word that the rule has nothing to say. */
export function containerOf(args: ResourceValidationArgs): ContainerProps {
  if (args.type === serviceType) return containerIn(args.props as ServiceProps);
  if (args.type !== containerType) args.notApplicable("not a container");
  return args.props as ContainerProps;
}

/** What a service's tasks are, as a container has it. Optional parts are left out, since asking for them may ask for what is not known yet. */
export function containerIn({ taskSpec = {} }: ServiceProps): ContainerProps {
  const { containerSpec = {}, resources, restartPolicy } = taskSpec;
  const { env = {}, args, commands, labels, capAdds, mounts = [] } = containerSpec;
  const condition = restartPolicy?.condition ?? "any";
  return {
    mustRun: condition !== "none",
    memory: resources?.limits?.memoryBytes ?? 0,
    restart: condition === "any" ? "always" : condition,
    envs: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    mounts,
    volumes: mounts
      .filter(({ type }) => type === "volume")
      .map(({ source = "", target = "" }) => ({ volumeName: source, containerPath: target })),
    ...(capAdds && { capabilities: { adds: capAdds } }),
    ...(args && { command: args }),
    ...(commands && { entrypoints: commands }),
    ...(labels && { labels }),
  };
}
