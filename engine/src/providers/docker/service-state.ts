/** What Docker tells of a service, as outputs. Pure. */
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import { complete } from "../outputs.ts";
import { fromNanoseconds } from "./duration.ts";
import { serviceSchema } from "./service-schema.ts";
import { labelSet, listOrNull } from "./values.ts";

/** As the daemon's JSON has them; what is empty is often left out. */
type Json = { readonly [name: string]: any }; // eslint-disable-line @typescript-eslint/no-explicit-any

/** As the reference prints spans: "1m", not "1m0s". */
export function shortSpan(nanoseconds: number): string {
  return fromNanoseconds(nanoseconds).replace(/m0s$/, "m").replace(/h0m$/, "h");
}

const listed = (list: readonly string[] | undefined) => [...(list ?? [])];
const sorted = (list: readonly string[] | undefined) => listed(list).sort();
const span = (nanoseconds: number | undefined) =>
  nanoseconds === undefined ? "" : shortSpan(nanoseconds);

export function serviceOutputs(known: PropertyMap, info: Json): PropertyMap {
  const spec = info["Spec"] as Json;
  const endpoint = (info["Endpoint"]?.Spec?.Mode ? info["Endpoint"] : undefined) as
    Json | undefined;
  const seen: PropertyMap = {
    name: spec["Name"],
    labels: labelSet(spec["Labels"]),
    taskSpec: taskOutputs(spec["TaskTemplate"]),
    mode: {
      global: spec["Mode"].Global !== undefined,
      replicated: spec["Mode"].Replicated ? { replicas: spec["Mode"].Replicated.Replicas } : null,
    },
    updateConfig: rolloutOutputs(spec["UpdateConfig"]),
    rollbackConfig: rolloutOutputs(spec["RollbackConfig"]),
    endpointSpec: {
      mode: endpoint?.["Spec"].Mode ?? spec["EndpointSpec"]?.Mode ?? "",
      ports:
        (endpoint ? endpoint["Ports"] : (spec["EndpointSpec"]?.Ports ?? []))?.map(portOutputs) ??
        [],
    },
  };
  const completed = Object.fromEntries(
    Object.entries(seen).map(([name, value]) => [
      name,
      value === null ? null : complete(serviceSchema.properties[name]!.kind, value),
    ]),
  );
  return { ...known, ...completed } as PropertyMap;
}

function taskOutputs(task: Json): PropertyMap {
  const { Resources, RestartPolicy, Placement, LogDriver } = task;
  return {
    containerSpec: containerOutputs(task["ContainerSpec"]),
    resources: Resources
      ? { limits: amounts(Resources.Limits), reservation: amounts(Resources.Reservations) }
      : null,
    restartPolicy: RestartPolicy
      ? {
          condition: RestartPolicy.Condition ?? "",
          delay: span(RestartPolicy.Delay),
          maxAttempts: RestartPolicy.MaxAttempts ?? 0,
          window: span(RestartPolicy.Window),
        }
      : null,
    placement: Placement
      ? {
          constraints: sorted(Placement.Constraints),
          prefs: sorted(
            Placement.Preferences?.map((preference: Json) => preference["Spread"].SpreadDescriptor),
          ),
          maxReplicas: Placement.MaxReplicas ?? 0,
          platforms: (Placement.Platforms ?? []).map((platform: Json) => ({
            architecture: platform["Architecture"] ?? "",
            os: platform["OS"] ?? "",
          })),
        }
      : null,
    forceUpdate: task["ForceUpdate"] ?? 0,
    runtime: task["Runtime"] ?? "",
    networksAdvanceds: (task["Networks"] ?? []).map((network: Json) => ({
      id: network["Target"],
      aliases: sorted(network["Aliases"]),
      driverOpts: Object.entries(network["DriverOpts"] ?? {})
        .map(([key, value]) => `${key}=${String(value)}`)
        .sort(),
    })),
    logDriver: LogDriver ? { name: LogDriver.Name, options: { ...LogDriver.Options } } : null,
  };
}

function containerOutputs(spec: Json): PropertyMap {
  const { Healthcheck: check, DNSConfig: dns } = spec;
  return {
    image: spec["Image"],
    labels: labelSet(spec["Labels"]),
    commands: listed(spec["Command"]),
    args: listed(spec["Args"]),
    hostname: spec["Hostname"] ?? "",
    env: mapOrNull(
      (spec["Env"] ?? []).map((text: string) => text.split(/=(.*)/s, 2) as [string, string]),
    ),
    dir: spec["Dir"] ?? "",
    user: spec["User"] ?? "",
    groups: listed(spec["Groups"]),
    readOnly: spec["ReadOnly"] ?? false,
    mounts: (spec["Mounts"] ?? []).map(mountOutputs),
    stopSignal: spec["StopSignal"] ?? "",
    stopGracePeriod: span(spec["StopGracePeriod"]),
    healthcheck: check
      ? {
          tests: listed(check.Test),
          interval: shortSpan(check.Interval ?? 0),
          timeout: shortSpan(check.Timeout ?? 0),
          startPeriod: shortSpan(check.StartPeriod ?? 0),
          retries: check.Retries ?? 0,
        }
      : null,
    hosts: (spec["Hosts"] ?? []).map((text: string) => {
      const [ip = "", host = ""] = text.split(" ");
      return { ip, host };
    }),
    dnsConfig: dns
      ? {
          nameservers: listOrNull(dns.Nameservers),
          searches: listOrNull(dns.Search),
          options: listOrNull(dns.Options),
        }
      : null,
    secrets: (spec["Secrets"] ?? []).map((file: Json) => fileOutputs("secret", file)),
    configs: (spec["Configs"] ?? []).map((file: Json) => fileOutputs("config", file)),
    isolation: spec["Isolation"] ?? "",
    // Empty and not null: the reference takes its own null for a change.
    sysctl: { ...spec["Sysctls"] },
    capAdds: listed(spec["CapabilityAdd"]),
    capDrops: listed(spec["CapabilityDrop"]),
    init: spec["Init"] ?? false,
  };
}

function mountOutputs(mount: Json): PropertyMap {
  const { BindOptions: bind, TmpfsOptions: tmpfs } = mount;
  return {
    target: mount["Target"],
    source: mount["Source"] ?? "",
    type: mount["Type"],
    readOnly: mount["ReadOnly"] ?? false,
    bindOptions: bind ? { propagation: bind.Propagation ?? "" } : null,
    // The reference reads the nine bits of permissions alone.
    tmpfsOptions: tmpfs
      ? { sizeBytes: tmpfs.SizeBytes ?? 0, mode: (tmpfs.Mode ?? 0) & 0o777 }
      : null,
  };
}

function fileOutputs(object: "secret" | "config", reference: Json): PropertyMap {
  const Object_ = object === "secret" ? "Secret" : "Config";
  const file = reference["File"] as Json;
  return {
    [`${object}Id`]: reference[`${Object_}ID`],
    [`${object}Name`]: reference[`${Object_}Name`] ?? "",
    fileName: file["Name"],
    fileUid: file["UID"] ?? "0",
    fileGid: file["GID"] ?? "0",
    fileMode: file["Mode"] ?? 0,
  };
}

const amounts = (of: Json | undefined): PropertyMap | null =>
  of && Object.keys(of).length > 0
    ? { nanoCpus: of["NanoCPUs"] ?? 0, memoryBytes: of["MemoryBytes"] ?? 0 }
    : null;

function rolloutOutputs(config: Json | undefined): PropertyMap | null {
  if (!config) return null;
  return {
    parallelism: config["Parallelism"] ?? 0,
    delay: shortSpan(config["Delay"] ?? 0),
    failureAction: config["FailureAction"] ?? "",
    monitor: shortSpan(config["Monitor"] ?? 0),
    maxFailureRatio: Number(config["MaxFailureRatio"] ?? 0).toFixed(1),
    order: config["Order"] ?? "",
  };
}

const portOutputs = (port: Json): PropertyMap => ({
  name: port["Name"] ?? "",
  protocol: port["Protocol"] ?? "",
  targetPort: port["TargetPort"] ?? 0,
  publishedPort: port["PublishedPort"] ?? 0,
  publishMode: port["PublishMode"] ?? "",
});

const mapOrNull = (entries: readonly [string, unknown][]): PropertyMap | null =>
  entries.length > 0 ? (Object.fromEntries(entries) as { [name: string]: PropertyValue }) : null;
