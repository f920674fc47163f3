import type { ResourceValidationArgs } from "@pulumi/policy";

// Types by token: importing the SDKs for their classes would cost more than all the rules.
export const containerType = "docker:index/container:Container";
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

/** The container's inputs, or a word that the rule has nothing to say. */
export function containerOf(args: ResourceValidationArgs): ContainerProps {
  if (args.type !== containerType) args.notApplicable("not a container");
  return args.props as ContainerProps;
}
