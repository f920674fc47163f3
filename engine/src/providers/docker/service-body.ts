/** A service's inputs as the specification that Docker takes. Pure. */
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import { toNanoseconds } from "./duration.ts";
import { blocks, booleanOf, labelMap, numberOf, stringMap, strings, textOf } from "./values.ts";

type Value = PropertyValue | undefined;
type Json = Record<string, unknown>;

const one = (value: Value): PropertyMap | undefined => blocks(value)[0];
const span = (value: Value): number => toNanoseconds(textOf(value) ?? "0s");
/** Without what was not asked for: Docker has its own values for those. */
const given = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export function serviceBody(inputs: PropertyMap): Json {
  const task = one(inputs["taskSpec"]) ?? {};
  const endpoint = one(inputs["endpointSpec"]);
  return given({
    Name: textOf(inputs["name"]),
    Labels: labelMap(inputs["labels"]),
    TaskTemplate: given({
      ContainerSpec: containerBody(one(task["containerSpec"]) ?? {}),
      Resources: resources(one(task["resources"])),
      RestartPolicy: restartPolicy(one(task["restartPolicy"])),
      Placement: placement(one(task["placement"])),
      ForceUpdate: numberOf(task["forceUpdate"]) ?? 0,
      Runtime: textOf(task["runtime"]),
      Networks: blocks(task["networksAdvanceds"]).map((network) => ({
        Target: textOf(network["id"]) ?? textOf(network["name"]),
        Aliases: strings(network["aliases"]),
        DriverOpts: optionMap(strings(network["driverOpts"])),
      })),
      LogDriver: logDriver(one(task["logDriver"])),
    }),
    Mode: mode(one(inputs["mode"])),
    UpdateConfig: rollout(one(inputs["updateConfig"])),
    RollbackConfig: rollout(one(inputs["rollbackConfig"])),
    EndpointSpec: given({
      Mode: textOf(endpoint?.["mode"]),
      Ports: blocks(endpoint?.["ports"]).map((port) =>
        given({
          Name: textOf(port["name"]),
          Protocol: textOf(port["protocol"]) ?? "tcp",
          TargetPort: numberOf(port["targetPort"]),
          PublishedPort: numberOf(port["publishedPort"]),
          PublishMode: textOf(port["publishMode"]) ?? "ingress",
        }),
      ),
    }),
  });
}

function containerBody(spec: PropertyMap): Json {
  const dns = one(spec["dnsConfig"]);
  const check = one(spec["healthcheck"]);
  return given({
    Image: textOf(spec["image"]),
    Labels: labelMap(spec["labels"]),
    Command: strings(spec["commands"]),
    Args: strings(spec["args"]),
    Hostname: textOf(spec["hostname"]),
    Env: Object.entries(stringMap(spec["env"])).map(([key, value]) => `${key}=${value}`),
    Dir: textOf(spec["dir"]),
    User: textOf(spec["user"]),
    Groups: strings(spec["groups"]),
    ReadOnly: booleanOf(spec["readOnly"]),
    Mounts: blocks(spec["mounts"]).map(mountBody),
    StopSignal: textOf(spec["stopSignal"]),
    StopGracePeriod: span(spec["stopGracePeriod"]),
    Healthcheck: given({
      Test: check && strings(check["tests"]),
      Interval: span(check?.["interval"]),
      Timeout: span(check?.["timeout"]),
      StartPeriod: span(check?.["startPeriod"]),
      Retries: numberOf(check?.["retries"]) ?? 0,
    }),
    // Docker wants them the other way round than in /etc/hosts' own options of a container.
    Hosts: blocks(spec["hosts"]).map(({ ip, host }) => `${String(ip)} ${String(host)}`),
    DNSConfig: {
      Nameservers: strings(dns?.["nameservers"]),
      Search: strings(dns?.["searches"]),
      Options: strings(dns?.["options"]),
    },
    Secrets: files(spec["secrets"], "secret").map(({ id, name, File }) => ({
      SecretID: id,
      SecretName: name,
      File,
    })),
    Configs: files(spec["configs"], "config").map(({ id, name, File }) => ({
      ConfigID: id,
      ConfigName: name,
      File,
    })),
    Isolation: textOf(spec["isolation"]) ?? "default",
    Sysctls: stringMap(spec["sysctl"]),
    CapabilityAdd: strings(spec["capAdds"]),
    CapabilityDrop: strings(spec["capDrops"]),
    Init: booleanOf(spec["init"]) ?? false,
  });
}

function mountBody(mount: PropertyMap): Json {
  const bind = one(mount["bindOptions"]);
  const tmpfs = one(mount["tmpfsOptions"]);
  return given({
    Type: textOf(mount["type"]),
    Target: textOf(mount["target"]),
    Source: textOf(mount["source"]) ?? "",
    ReadOnly: booleanOf(mount["readOnly"]) ?? false,
    BindOptions: bind && { Propagation: textOf(bind["propagation"]) ?? "rprivate" },
    TmpfsOptions: tmpfs && {
      SizeBytes: numberOf(tmpfs["sizeBytes"]) ?? 0,
      Mode: numberOf(tmpfs["mode"]) ?? 0,
    },
  });
}

function files(value: Value, object: "secret" | "config") {
  return blocks(value).map((file) => ({
    id: textOf(file[`${object}Id`]),
    name: textOf(file[`${object}Name`]),
    File: {
      Name: textOf(file["fileName"]),
      UID: textOf(file["fileUid"]) ?? "0",
      GID: textOf(file["fileGid"]) ?? "0",
      Mode: numberOf(file["fileMode"]) ?? 0o444,
    },
  }));
}

function resources(value: PropertyMap | undefined): Json {
  const amounts = (of: PropertyMap | undefined) =>
    of && {
      NanoCPUs: numberOf(of["nanoCpus"]) ?? 0,
      MemoryBytes: numberOf(of["memoryBytes"]) ?? 0,
    };
  return given({
    Limits: amounts(one(value?.["limits"])),
    Reservations: amounts(one(value?.["reservation"])),
  });
}

function restartPolicy(value: PropertyMap | undefined): Json {
  if (!value) return {};
  return {
    Condition: textOf(value["condition"]) ?? "",
    Delay: span(value["delay"]),
    MaxAttempts: numberOf(value["maxAttempts"]) ?? 0,
    Window: span(value["window"]),
  };
}

function placement(value: PropertyMap | undefined): Json {
  return {
    Constraints: strings(value?.["constraints"]),
    Preferences: strings(value?.["prefs"]).map((SpreadDescriptor) => ({
      Spread: { SpreadDescriptor },
    })),
    Platforms: blocks(value?.["platforms"]).map(({ architecture, os }) => ({
      Architecture: architecture,
      OS: os,
    })),
    MaxReplicas: numberOf(value?.["maxReplicas"]) ?? 0,
  };
}

function mode(value: PropertyMap | undefined): Json {
  if (booleanOf(value?.["global"])) return { Global: {} };
  const replicated = one(value?.["replicated"]);
  return replicated ? { Replicated: { Replicas: numberOf(replicated["replicas"]) ?? 1 } } : {};
}

function rollout(value: PropertyMap | undefined): Json | undefined {
  return (
    value && {
      Parallelism: numberOf(value["parallelism"]) ?? 1,
      Delay: span(value["delay"]),
      FailureAction: textOf(value["failureAction"]) ?? "pause",
      Monitor: span(value["monitor"] ?? "5s"),
      MaxFailureRatio: Number(textOf(value["maxFailureRatio"]) ?? "0"),
      Order: textOf(value["order"]) ?? "stop-first",
    }
  );
}

function logDriver(value: PropertyMap | undefined): Json | undefined {
  return value && { Name: textOf(value["name"]), Options: stringMap(value["options"]) };
}

const optionMap = (options: readonly string[]): Record<string, string> =>
  Object.fromEntries(options.map((text) => text.split(/=(.*)/s, 2) as [string, string]));
