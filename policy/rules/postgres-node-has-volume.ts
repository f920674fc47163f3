import type { StackValidationPolicy } from "@pulumi/policy";
import {
  containerIn,
  containerType,
  postgresNodeType,
  serviceType,
  type ContainerProps,
  ownType,
  type ServiceProps,
} from "./types.ts";

const dataPath = "/var/lib/synfleet";

/** A database whose files are in its container loses them with it. */
export const postgresNodeHasVolume: StackValidationPolicy = {
  name: "postgres-node-has-volume",
  description: "Every PostgresNode keeps its data in a named volume of its own.",
  severity: "critical",
  validateStack: (args, report) => {
    const nodes = args.resources.filter((resource) => ownType(resource.urn) === postgresNodeType);
    if (nodes.length === 0) args.notApplicable("no PostgresNode");
    const usedBy = new Map<string, string>();
    for (const node of nodes) {
      const containers = args.resources.filter(
        (resource) =>
          [containerType, serviceType].includes(resource.type) && isBelow(resource, node.urn),
      );
      const volumes = containers
        .flatMap(({ type, props }) =>
          type === serviceType ? containerIn(props as ServiceProps) : (props as ContainerProps),
        )
        .flatMap(({ volumes = [] }) => volumes)
        .filter((volume) => volume.containerPath === dataPath)
        .map((volume) => volume.volumeName);
      const [volume] = volumes;
      if (containers.length > 0 && (volume === undefined || volume === "")) {
        report(`${node.name} has no named volume at ${dataPath}. Give it one.`, node.urn);
        continue;
      }
      const other = volume === undefined ? undefined : usedBy.get(volume);
      if (other !== undefined) {
        report(`${node.name} shares volume ${volume} with ${other}. Give each its own.`, node.urn);
      }
      if (volume !== undefined) usedBy.set(volume, node.name);
    }
  },
};

interface Parented {
  readonly urn: string;
  readonly parent?: Parented | undefined;
}

function isBelow(resource: Parented, urn: string): boolean {
  for (let at = resource.parent; at !== undefined; at = at.parent) {
    if (at.urn === urn) return true;
  }
  return false;
}
