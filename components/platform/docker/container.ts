import type * as docker from "@pulumi/docker";
import { createHash } from "node:crypto";
import { CONFIG_DIRECTORY, SERVICE_UID, type WorkloadSpec } from "../platform.ts";

/** What a container may log, in files of that size; as a workload runs anywhere. */
export const LOG_LIMITS = { "max-size": "10m", "max-file": "3" };

/** When a workload is asked whether it is well. */
export const HEALTH_TIMING = { interval: "10s", timeout: "5s", retries: 3 };

/** What the adapter adds to a spec before it can be a container. All plain values. */
export interface Placement {
  readonly containerName: string;
  readonly networkName: string;
  readonly image: string;
  /** Volume names by {@link VolumeSpec.name}, and the one of the files under "config". */
  readonly volumeNames: Readonly<Record<string, string>>;
  readonly publishAddress: string;
  /** Address at which workloads on other hosts reach every port, by its own number. None where there is one host. */
  readonly peerAddress?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Addresses of workloads on other hosts, by alias. */
  readonly remoteAliases: Readonly<Record<string, string>>;
}

/** The container's arguments: a pure function of plain values, since nearly each of them replaces the container. */
export function containerArgs(spec: WorkloadSpec, at: Placement) {
  const user = spec.user ?? SERVICE_UID;
  return {
    name: at.containerName,
    image: at.image,
    hostname: spec.alias,
    command: [...(spec.command ?? [])],
    user: `${user}:${user}`,
    ...(spec.environment && {
      envs: Object.entries(spec.environment)
        .map(([key, value]) => `${key}=${value}`)
        .sort(),
    }),
    restart: spec.oneShot ? "no" : "unless-stopped",
    mustRun: !spec.oneShot,
    readOnly: true,
    // Sizes keep a runaway log or spill from eating the host's memory; both count into the container's limit.
    tmpfs: {
      "/tmp": `rw,noexec,nosuid,size=64m,uid=${user},gid=${user}`,
      "/run": `rw,noexec,nosuid,size=16m,uid=${user},gid=${user}`,
    },
    shmSize: spec.sharedMemoryMiB ?? 64,
    memory: spec.limits.memoryMiB,
    // Equal to the memory limit: no swap, so that a limit is a limit and not a slow disk.
    memorySwap: spec.limits.memoryMiB,
    cpus: decimal(spec.limits.cpus),
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    logDriver: "json-file",
    logOpts: LOG_LIMITS,
    // The engine's own kill comes after Docker's, and Docker's after the service had its time.
    stopTimeout: spec.stopSeconds,
    destroyGraceSeconds: spec.stopSeconds,
    networkMode: "bridge",
    networksAdvanced: [{ name: at.networkName, aliases: [spec.alias] }],
    hosts: Object.entries(at.remoteAliases).map(([host, ip]) => ({ host, ip })),
    ports: bindings(spec.ports, at),
    volumes: [
      ...[CONFIG_DIRECTORY, ...(spec.filesAt ?? [])].map((containerPath) => ({
        volumeName: at.volumeNames["config"]!,
        containerPath,
        readOnly: true,
      })),
      ...spec.volumes.map((volume) => ({
        volumeName: at.volumeNames[volume.name]!,
        containerPath: volume.path,
      })),
      ...(spec.hostMounts ?? []).map((mount) => ({
        hostPath: mount.hostPath,
        containerPath: mount.path,
        readOnly: true,
      })),
    ],
    ...(spec.health && {
      healthcheck: { tests: ["CMD", ...spec.health], ...HEALTH_TIMING, startPeriod: "1m0s" },
    }),
    labels: Object.entries(at.labels).map(([label, value]) => ({ label, value })),
  } satisfies docker.ContainerArgs;
}

/** Clients come by the published port, members on other hosts by the one that the workload listens on. */
function bindings(ports: WorkloadSpec["ports"], at: Placement) {
  const { publishAddress, peerAddress } = at;
  return ports.flatMap(({ internal, published, peers = true }) => {
    const wanted = [
      ...(published === undefined ? [] : [{ external: published, ip: publishAddress }]),
      ...(peerAddress === undefined || !peers ? [] : [{ external: internal, ip: peerAddress }]),
    ];
    const [first, second] = wanted;
    const same = first && second && first.external === second.external && first.ip === second.ip;
    return (same ? [first] : wanted).map((binding) => ({ internal, ...binding, protocol: "tcp" }));
  });
}

/** Spelt as the provider reads it back ("1.0"), since any other spelling is a change to it after a refresh. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Changes whenever the container would be replaced or updated, so that what guards the change runs before it. */
export function fingerprint(args: object): string {
  return createHash("sha256").update(JSON.stringify(args)).digest("hex").slice(0, 16);
}
