import type { ContainerInspectInfo } from "dockerode";
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import { complete, keepSpelling } from "../outputs.ts";
import { isEmpty } from "../schema.ts";
import { fromNanoseconds } from "./duration.ts";
import { containerSchema } from "./schema.ts";
import { listOrNull, mapOrNull } from "./values.ts";

const BYTES_PER_MIB = 1024 * 1024;
const NANO_CPUS_PER_CPU = 1e9;

type Host = ContainerInspectInfo["HostConfig"];
type Rate = { Path: string; Rate: number };

const mebibytes = (bytes: number | undefined) =>
  bytes && bytes > 0 ? Math.floor(bytes / BYTES_PER_MIB) : (bytes ?? 0);

const rates = (list: unknown) =>
  ((list as Rate[] | null | undefined) ?? []).map(({ Path, Rate }) => ({ path: Path, rate: Rate }));

/**
 * A container's outputs: everything that Docker tells, over what was known. Like the reference it leaves alone what Docker mixes
 * with the image's own (labels, environment) and what only a provider knows (start, wait, uploads, …).
 */
export function containerOutputs(known: PropertyMap, info: ContainerInspectInfo): PropertyMap {
  const seen = { ...fromConfig(known, info), ...fromHost(known, info), ...fromState(known, info) };
  return keepSpelling(containerSchema, known, { ...known, ...seen });
}

function fromConfig(known: PropertyMap, { Config, Image, Name, Platform }: ContainerInspectInfo) {
  const byId = typeof known["image"] === "string" && known["image"].startsWith("sha256:");
  const extra = Config as typeof Config & { StopTimeout?: number; StopSignal?: string };
  return {
    name: Name.replace(/^\//, ""),
    image: byId ? Image : Config.Image,
    hostname: Config.Hostname,
    domainname: Config.Domainname,
    command: Config.Cmd ?? [],
    entrypoints: toList(Config.Entrypoint),
    user: Config.User,
    workingDir: Config.WorkingDir,
    tty: Config.Tty,
    stdinOpen: Config.OpenStdin,
    stopSignal: extra.StopSignal ?? "",
    stopTimeout: extra.StopTimeout ?? 0,
    platform: Platform,
    ...(Config.Healthcheck && { healthcheck: healthcheck(Config.Healthcheck) }),
  };
}

const toList = (value: string | string[] | null | undefined) =>
  typeof value === "string" ? [value] : (value ?? []);

function healthcheck(check: NonNullable<ContainerInspectInfo["Config"]["Healthcheck"]>) {
  const { Test, Interval, Timeout, StartPeriod, Retries } = check;
  const { StartInterval } = check as { StartInterval?: number };
  return {
    tests: Test ?? [],
    interval: fromNanoseconds(Interval ?? 0),
    timeout: fromNanoseconds(Timeout ?? 0),
    startPeriod: fromNanoseconds(StartPeriod ?? 0),
    startInterval: fromNanoseconds(StartInterval ?? 0),
    retries: Retries ?? 0,
  };
}

function fromHost(known: PropertyMap, { HostConfig: host }: ContainerInspectInfo): PropertyMap {
  const given = (name: string) => !isEmpty(known[name]);
  return {
    rm: host.AutoRemove ?? false,
    init: host.Init ?? false,
    readOnly: host.ReadonlyRootfs ?? false,
    privileged: host.Privileged ?? false,
    publishAllPorts: host.PublishAllPorts ?? false,
    restart: host.RestartPolicy?.Name || "no",
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    runtime: host.Runtime ?? "",
    networkMode: host.NetworkMode ?? "",
    ipcMode: host.IpcMode ?? "",
    usernsMode: host.UsernsMode ?? "",
    ...(given("pidMode") && { pidMode: host.PidMode ?? "" }),
    dns: listOrNull(host.Dns),
    dnsOpts: listOrNull(host.DnsOptions),
    dnsSearches: listOrNull(host.DnsSearch),
    groupAdds: listOrNull(host.GroupAdd),
    securityOpts: securityOpts(known, host),
    hosts: (host.ExtraHosts ?? []).map((line: string) => {
      const colon = line.indexOf(":");
      return { host: line.slice(0, colon), ip: line.slice(colon + 1) };
    }),
    ...capabilities(host),
    ...(given("ulimits") && {
      ulimits: (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({
        name: Name ?? "",
        soft: Soft ?? 0,
        hard: Hard ?? 0,
      })),
    }),
    ...limits(known, host),
    tmpfs: mapOrNull(host.Tmpfs),
    sysctls: mapOrNull(host.Sysctls),
    storageOpts: mapOrNull(host.StorageOpt),
    mounts: mountBlocks(host),
    logDriver: host.LogConfig?.Type ?? "",
    logOpts: given("logOpts") ? mapOrNull(host.LogConfig?.Config) : null,
  };
}

function limits(known: PropertyMap, host: Host): PropertyMap {
  return {
    memory: mebibytes(host.Memory),
    memoryReservation: mebibytes(host.MemoryReservation),
    ...memorySwap(known, host),
    shmSize: mebibytes(host.ShmSize),
    ...(host.NanoCpus ? { cpus: decimal(host.NanoCpus / NANO_CPUS_PER_CPU) } : {}),
    cpuShares: host.CpuShares ?? 0,
    cpuSet: host.CpusetCpus ?? "",
    deviceReadBps: rates(host.BlkioDeviceReadBps),
    deviceReadIops: rates(host.BlkioDeviceReadIOps),
    deviceWriteBps: rates(host.BlkioDeviceWriteBps),
    deviceWriteIops: rates(host.BlkioDeviceWriteIOps),
  };
}

/** Twice the memory is what Docker takes by itself when nothing is asked for; it is no setting then. */
function memorySwap(known: PropertyMap, { Memory, MemorySwap }: Host): PropertyMap {
  const isDockersOwn = isEmpty(known["memorySwap"]) && MemorySwap === 2 * (Memory ?? 0);
  return { memorySwap: isDockersOwn ? 0 : mebibytes(MemorySwap) };
}

/** Less what Docker adds by itself, and with what its clients keep to themselves, so that it is what was asked for. */
function securityOpts(known: PropertyMap, host: Host): string[] {
  const asked = Array.isArray(known["securityOpts"]) ? known["securityOpts"].map(String) : [];
  const seen = (host.SecurityOpt as string[] | null) ?? [];
  return [
    ...seen.filter((option) => option !== "label=disable" || asked.includes(option)),
    ...asked.filter((option) => option === "systempaths=unconfined"),
  ];
}

function capabilities({ CapAdd, CapDrop }: Host): PropertyMap {
  if (!CapAdd?.length && !CapDrop?.length) return {};
  return { capabilities: { adds: toList(CapAdd), drops: toList(CapDrop) } };
}

function mountBlocks(host: Host): PropertyValue {
  const list = (host.Mounts ?? []).map((mount): PropertyMap => {
    const tmpfs = mount.TmpfsOptions as { SizeBytes?: number; Mode?: number } | undefined;
    return {
      target: mount.Target,
      source: mount.Source ?? "",
      type: mount.Type,
      readOnly: mount.ReadOnly ?? null,
      bindOptions: mount.BindOptions ? { propagation: mount.BindOptions.Propagation } : null,
      tmpfsOptions: tmpfs ? { sizeBytes: tmpfs.SizeBytes ?? 0, mode: tmpfs.Mode ?? 0 } : null,
    };
  });
  return (complete(containerSchema.properties["mounts"]!.kind, list) as PropertyMap[]).map(
    (mount) => ({
      ...mount,
      volumeOptions: null,
    }),
  );
}

function fromState(known: PropertyMap, info: ContainerInspectInfo): PropertyMap {
  const { NetworkSettings: network, State: state } = info;
  return {
    bridge: (network as { Bridge?: string }).Bridge ?? "",
    networkDatas: networkDatas(network),
    // A stopped container publishes nothing, which is no reason to replace it.
    ...(state.Running && !isEmpty(known["ports"]) ? { ports: publishedPorts(network.Ports) } : {}),
    // A stopped container that must run is a difference, which the next update puts right.
    ...(state.Running ? {} : { exitCode: state.ExitCode, mustRun: false }),
  };
}

function publishedPorts(ports: ContainerInspectInfo["NetworkSettings"]["Ports"]): PropertyMap[] {
  return Object.entries(ports ?? {})
    .sort(([a], [b]) => parseInt(a, 10) - parseInt(b, 10))
    .flatMap(([port, bindings]) =>
      (bindings ?? []).map(({ HostIp, HostPort }) => ({
        internal: parseInt(port, 10),
        external: Number(HostPort),
        ip: HostIp,
        protocol: port.split("/")[1] ?? "tcp",
      })),
    );
}

function networkDatas(network: ContainerInspectInfo["NetworkSettings"]): PropertyMap[] {
  return Object.entries(network.Networks ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([networkName, endpoint]) => ({
      networkName,
      ipAddress: endpoint.IPAddress,
      ipPrefixLength: endpoint.IPPrefixLen,
      gateway: endpoint.Gateway,
      globalIpv6Address: endpoint.GlobalIPv6Address,
      globalIpv6PrefixLength: endpoint.GlobalIPv6PrefixLen,
      ipv6Gateway: endpoint.IPv6Gateway,
      macAddress: endpoint.MacAddress,
    }));
}

/** As the provider spells it: "1.0", "0.5". */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
