import type { ContainerCreateOptions } from "dockerode";
import type { PropertyMap } from "../../provider.ts";
import { isEmpty } from "../schema.ts";
import { toNanoseconds } from "./duration.ts";
import { blocks, booleanOf, labelMap, numberOf, stringMap, strings, textOf } from "./values.ts";

const BYTES_PER_MIB = 1024 * 1024;
const NANO_CPUS_PER_CPU = 1e9;

type Host = NonNullable<ContainerCreateOptions["HostConfig"]>;

/** The body of the request that makes a container. Networks are joined afterwards, as the reference does it. */
export function containerBody(
  inputs: PropertyMap,
  extraLabels: Record<string, string> = {},
): ContainerCreateOptions {
  const ports = portBindings(inputs);
  const { volumes, binds, volumesFrom } = volumeSpec(inputs);
  return withoutEmpty({
    Image: textOf(inputs["image"]),
    Hostname: textOf(inputs["hostname"]),
    Domainname: textOf(inputs["domainname"]),
    Tty: booleanOf(inputs["tty"]),
    OpenStdin: booleanOf(inputs["stdinOpen"]),
    StopSignal: textOf(inputs["stopSignal"]),
    StopTimeout: numberOf(inputs["stopTimeout"]),
    Env: strings(inputs["envs"]),
    Cmd: strings(inputs["command"]),
    Entrypoint: strings(inputs["entrypoints"]),
    User: textOf(inputs["user"]),
    WorkingDir: textOf(inputs["workingDir"]),
    Labels: { ...labelMap(inputs["labels"]), ...extraLabels },
    ExposedPorts: Object.fromEntries(Object.keys(ports).map((port) => [port, {}])),
    Volumes: volumes,
    Healthcheck: healthcheck(inputs),
    HostConfig: hostConfig(inputs, ports, binds, volumesFrom),
  }) as ContainerCreateOptions;
}

function hostConfig(
  inputs: PropertyMap,
  ports: Host["PortBindings"],
  binds: string[],
  volumesFrom: string[],
): Host {
  const [capabilities] = blocks(inputs["capabilities"]);
  return {
    // The reference always decides this, so the daemon's own default never counts.
    Init: booleanOf(inputs["init"]) ?? false,
    ...withoutEmpty({
      ...resources(inputs),
      ...securityOptions(inputs),
      RestartPolicy: restartPolicy(inputs),
      NetworkMode: textOf(inputs["networkMode"]) ?? "bridge",
      PortBindings: ports,
      Binds: binds,
      VolumesFrom: volumesFrom,
      Mounts: mounts(inputs),
      Tmpfs: stringMap(inputs["tmpfs"]),
      AutoRemove: booleanOf(inputs["rm"]),
      ReadonlyRootfs: booleanOf(inputs["readOnly"]),
      Privileged: booleanOf(inputs["privileged"]),
      PublishAllPorts: booleanOf(inputs["publishAllPorts"]),
      CapAdd: strings(capabilities?.["adds"]),
      CapDrop: strings(capabilities?.["drops"]),
      GroupAdd: strings(inputs["groupAdds"]),
      Runtime: textOf(inputs["runtime"]),
      IpcMode: textOf(inputs["ipcMode"]),
      PidMode: textOf(inputs["pidMode"]),
      UsernsMode: textOf(inputs["usernsMode"]),
      CgroupnsMode: textOf(inputs["cgroupnsMode"]),
      CgroupParent: textOf(inputs["cgroupParent"]),
      Sysctls: stringMap(inputs["sysctls"]),
      StorageOpt: stringMap(inputs["storageOpts"]),
      ShmSize: mebibytes(inputs["shmSize"]),
      Dns: strings(inputs["dns"]),
      DnsOptions: strings(inputs["dnsOpts"]),
      DnsSearch: strings(inputs["dnsSearches"]),
      ExtraHosts: blocks(inputs["hosts"]).map(({ host, ip }) => `${String(host)}:${String(ip)}`),
      Ulimits: blocks(inputs["ulimits"]).map(({ name, soft, hard }) => ({
        Name: String(name),
        Soft: Number(soft),
        Hard: Number(hard),
      })),
      Devices: blocks(inputs["devices"]).map(({ hostPath, containerPath, permissions }) => ({
        PathOnHost: String(hostPath),
        PathInContainer: textOf(containerPath) ?? String(hostPath),
        CgroupPermissions: textOf(permissions) ?? "rwm",
      })),
    }),
    LogConfig: {
      Type: textOf(inputs["logDriver"]) ?? "",
      Config: stringMap(inputs["logOpts"]),
    },
  };
}

function mebibytes(value: PropertyMap[string] | undefined): number | undefined {
  const size = numberOf(value);
  return size === undefined || size <= 0 ? size : size * BYTES_PER_MIB;
}

const restartPolicy = (inputs: PropertyMap) => ({
  Name: textOf(inputs["restart"]) ?? "no",
  MaximumRetryCount: numberOf(inputs["maxRetryCount"]) ?? 0,
});

function resources(inputs: PropertyMap): Partial<Host> {
  const cpus = textOf(inputs["cpus"]);
  const rates = (name: string) =>
    blocks(inputs[name]).map(({ path, rate }) => ({ Path: String(path), Rate: Number(rate) }));
  return {
    Memory: mebibytes(inputs["memory"]),
    MemoryReservation: mebibytes(inputs["memoryReservation"]),
    MemorySwap: mebibytes(inputs["memorySwap"]),
    CpuShares: numberOf(inputs["cpuShares"]),
    CpusetCpus: textOf(inputs["cpuSet"]),
    BlkioDeviceReadBps: rates("deviceReadBps"),
    BlkioDeviceReadIOps: rates("deviceReadIops"),
    BlkioDeviceWriteBps: rates("deviceWriteBps"),
    BlkioDeviceWriteIOps: rates("deviceWriteIops"),
    ...(cpus === undefined
      ? { CpuPeriod: numberOf(inputs["cpuPeriod"]), CpuQuota: numberOf(inputs["cpuQuota"]) }
      : { NanoCpus: Math.round(Number(cpus) * NANO_CPUS_PER_CPU) }),
  };
}

/** What Docker can change on a container that exists. All of it is sent, since an omitted field can mean "keep". */
export function updateBody(inputs: PropertyMap): Partial<Host> {
  const all = resources(inputs);
  return {
    RestartPolicy: restartPolicy(inputs),
    CpuShares: all.CpuShares ?? 0,
    Memory: all.Memory ?? 0,
    MemoryReservation: all.MemoryReservation ?? 0,
    CpusetCpus: all.CpusetCpus ?? "",
    ...withoutEmpty({
      // Docker's own choice has to grow with the memory, or it refuses the change.
      MemorySwap: all.MemorySwap || 2 * (all.Memory ?? 0),
      BlkioDeviceReadBps: all.BlkioDeviceReadBps,
      BlkioDeviceReadIOps: all.BlkioDeviceReadIOps,
      BlkioDeviceWriteBps: all.BlkioDeviceWriteBps,
      BlkioDeviceWriteIOps: all.BlkioDeviceWriteIOps,
    }),
  };
}

/** `systempaths=unconfined` is understood by Docker's clients, not by the daemon. */
function securityOptions(inputs: PropertyMap): object {
  const options = strings(inputs["securityOpts"]);
  const SecurityOpt = options.filter((option) => option !== "systempaths=unconfined");
  if (SecurityOpt.length === options.length) return { SecurityOpt };
  return { SecurityOpt, MaskedPaths: keepEmpty, ReadonlyPaths: keepEmpty };
}

const keepEmpty: readonly never[] = Object.freeze([]);

function withoutEmpty<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item === keepEmpty || !isEmpty(item)),
  ) as Partial<T>;
}

function portBindings(inputs: PropertyMap): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { internal, external, ip, protocol } of blocks(inputs["ports"])) {
    const port = `${Number(internal)}/${textOf(protocol) ?? "tcp"}`;
    // Host port 0 lets the daemon choose.
    const binding = { HostIp: textOf(ip) ?? "0.0.0.0", HostPort: String(numberOf(external) ?? 0) };
    (bindings[port] ??= []).push(binding);
  }
  return bindings;
}

function volumeSpec(inputs: PropertyMap) {
  const volumes: Record<string, object> = {};
  const binds: string[] = [];
  const volumesFrom: string[] = [];
  for (const volume of blocks(inputs["volumes"])) {
    const from = textOf(volume["fromContainer"]);
    if (from) {
      volumesFrom.push(from);
      continue;
    }
    const path = textOf(volume["containerPath"])!;
    const source = textOf(volume["hostPath"]) ?? textOf(volume["volumeName"]);
    volumes[path] = {};
    if (!source) continue;
    const mode = [booleanOf(volume["readOnly"]) ? "ro" : "rw", textOf(volume["selinuxRelabel"])];
    binds.push(`${source}:${path}:${mode.filter(Boolean).join(",")}`);
  }
  return { volumes, binds, volumesFrom };
}

function mounts(inputs: PropertyMap): NonNullable<Host["Mounts"]> {
  return blocks(inputs["mounts"]).map((mount) => {
    const [bind] = blocks(mount["bindOptions"]);
    const [tmpfs] = blocks(mount["tmpfsOptions"]);
    return {
      Type: textOf(mount["type"]) as "bind" | "volume" | "tmpfs",
      Target: textOf(mount["target"])!,
      Source: textOf(mount["source"]) ?? "",
      ReadOnly: booleanOf(mount["readOnly"]) ?? false,
      ...(bind && { BindOptions: { Propagation: textOf(bind["propagation"]) ?? "" } as never }),
      ...(tmpfs && {
        TmpfsOptions: {
          SizeBytes: numberOf(tmpfs["sizeBytes"]) ?? 0,
          Mode: numberOf(tmpfs["mode"]) ?? 0,
        } as never,
      }),
    };
  });
}

function healthcheck(inputs: PropertyMap): ContainerCreateOptions["Healthcheck"] {
  const [check] = blocks(inputs["healthcheck"]);
  if (!check) return undefined;
  const span = (name: string) => toNanoseconds(textOf(check[name]) ?? "0s");
  return {
    Test: strings(check["tests"]),
    Interval: span("interval"),
    Timeout: span("timeout"),
    StartPeriod: span("startPeriod"),
    StartInterval: span("startInterval"),
    Retries: numberOf(check["retries"]) ?? 0,
  } as ContainerCreateOptions["Healthcheck"];
}
