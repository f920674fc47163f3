import {
  type PolicyResource,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { containerType, serviceType, volumeType } from "../rules/types.ts";

/** What a rule said: its violations, that it does not apply, or that a value is not known yet. */
export type Said = readonly string[] | "not applicable" | "unknown";

class NotApplicable extends Error {}

export interface Subject {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
  readonly protect?: boolean;
  readonly stack?: string;
  readonly parent?: PolicyResource;
}

/** A value that the provider has yet to compute, as the engine sends it in a preview. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function urnOf({ type, name, stack = "dev", parent }: Subject): string {
  const parentType = parent === undefined ? "" : `${parent.urn.split("::")[2]}$`;
  return `urn:pulumi:${stack}::synfleet::${parentType}${type}::${name}`;
}

/** Asks a rule about one resource, as the policy host does: remediation first, unknown values guarded. */
export async function ask(
  rule: ResourceValidationPolicy,
  subject: Subject,
  config: Record<string, unknown> = {},
): Promise<Said> {
  const violations: string[] = [];
  const defaults = Object.fromEntries(
    Object.entries(rule.configSchema?.properties ?? {}).map(([key, schema]) => [
      key,
      schema.default,
    ]),
  );
  const args = (props: Record<string, unknown>) =>
    ({
      type: subject.type,
      name: subject.name,
      urn: urnOf(subject),
      props,
      opts: { protect: subject.protect ?? false },
      stackTags: new Map(),
      getConfig: () => ({ ...defaults, ...config }),
      notApplicable: (reason?: string): never => {
        throw new NotApplicable(reason);
      },
    }) as unknown as ResourceValidationArgs;
  try {
    await rule.remediateResource?.(args(subject.props));
    const validations = [rule.validateResource ?? []].flat();
    for (const validate of validations) {
      await validate(
        args(unknownCheckingProxy(withoutMarks(subject.props)) as Record<string, unknown>),
        (message) => {
          violations.push(message);
        },
      );
    }
  } catch (error) {
    if (error instanceof NotApplicable) return "not applicable";
    if (error instanceof UnknownValueError) return "unknown";
    throw error;
  }
  return violations;
}

/** The host takes the marks of secrets off before it validates. */
function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (typeof value !== "object" || value === null) return value;
  if (value.constructor.name === "Secret") return (value as { value: unknown }).value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutMarks(item)]));
}

/** Asks a stack rule about all resources. */
export async function askStack(
  rule: StackValidationPolicy,
  resources: readonly PolicyResource[],
): Promise<Said> {
  const violations: string[] = [];
  try {
    await rule.validateStack(
      {
        resources: [...resources],
        getConfig: () => ({}),
        notApplicable: (): never => {
          throw new NotApplicable();
        },
      } as unknown as Parameters<StackValidationPolicy["validateStack"]>[0],
      (message) => {
        violations.push(message);
      },
    );
  } catch (error) {
    if (error instanceof NotApplicable) return "not applicable";
    throw error;
  }
  return violations;
}

/** A resource as stack rules see it. */
export function resource(subject: Subject): PolicyResource {
  return {
    type: subject.type,
    name: subject.name,
    urn: urnOf(subject),
    props: subject.props,
    ...(subject.parent === undefined ? {} : { parent: subject.parent }),
  } as unknown as PolicyResource;
}

/** A container that every rule accepts; each test breaks it in one place. */
export function container(change: Record<string, unknown> = {}): Subject {
  return {
    type: containerType,
    name: "postgres1",
    props: {
      name: "synfleet-dev-postgres1",
      image: "synfleet/postgres:0123456789ab",
      mustRun: true,
      memory: 1024,
      restart: "unless-stopped",
      networkMode: "bridge",
      ports: [{ internal: 5432, external: 5432, ip: "127.0.0.1" }],
      healthcheck: { tests: ["CMD", "/usr/local/bin/healthy"] },
      volumes: [{ volumeName: "postgres1-data", containerPath: "/var/lib/synfleet" }],
      envs: ["TZ=UTC", "PASSWORD_FILE=/etc/synfleet/secrets/password"],
      command: ["serve", "--token-file", "/etc/synfleet/secrets/token"],
      labels: [{ label: "org.synfleet.stack", value: "dev" }],
      ...change,
    },
  };
}

/** The same as a service of a Swarm. @param change of its container, and of what is beside that */
export function service(
  change: Record<string, unknown> = {},
  beside: Record<string, unknown> = {},
): Subject {
  return {
    type: serviceType,
    name: "postgres1",
    props: {
      name: "synfleet-dev-postgres1",
      taskSpec: {
        containerSpec: {
          image: "synfleet/postgres:0123456789ab",
          env: { TZ: "UTC", PASSWORD_FILE: "/etc/synfleet/secrets/password" },
          args: ["serve", "--token-file", "/etc/synfleet/secrets/token"],
          labels: [{ label: "org.synfleet.fleet", value: "dev" }],
          mounts: [{ type: "volume", source: "postgres1-data", target: "/var/lib/synfleet" }],
          ...change,
        },
        resources: { limits: { memoryBytes: 1024 * 1024 * 1024 } },
        restartPolicy: { condition: "any" },
        ...beside,
      },
    },
  };
}

export function volume(change: Partial<Subject> = {}): Subject {
  return {
    type: volumeType,
    name: "postgres1-data",
    props: {},
    protect: true,
    stack: "prod",
    ...change,
  };
}
