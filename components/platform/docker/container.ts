import type * as docker from "@pulumi/docker";
import { createHash } from "node:crypto";
import { CONFIG_DIRECTORY, SERVICE_UID, type WorkloadSpec } from "../platform.ts";

/** What the adapter adds to a spec before it can be a container. All plain values. */
export interface Placement {
  readonly containerName: string;
  readonly networkName: string;
  readonly image: string;
  /** Volume names by {@link VolumeSpec.name}, and the one of the files under "config". */
  readonly volumeNames: Readonly<Record<string, string>>;
  readonly publishAddress: string;
  /** Whether workloads on other hosts must reach the ports that clients do not: then those are published as well. */
  readonly spansHosts: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Addresses of workloads on other hosts, by alias. */
  readonly remoteAliases: Readonly<Record<string, string>>;
}

/** The container's arguments: a pure function of plain values, since nearly each of them replaces the container. */
export function containerArgs(spec: WorkloadSpec, at: Placement) {
  return {
    name: at.containerName,
    image: at.image,
    hostname: spec.alias,
    command: [...(spec.command ?? [])],
    user: `${SERVICE_UID}:${SERVICE_UID}`,
    restart: spec.oneShot ? "no" : "unless-stopped",
    mustRun: !spec.oneShot,
    readOnly: true,
    // Sizes keep a runaway log or spill from eating the host's memory; both count into the container's limit.
    tmpfs: {
      "/tmp": `rw,noexec,nosuid,size=64m,uid=${SERVICE_UID},gid=${SERVICE_UID}`,
      "/run": `rw,noexec,nosuid,size=16m,uid=${SERVICE_UID},gid=${SERVICE_UID}`,
    },
    shmSize: spec.sharedMemoryMiB ?? 64,
    memory: spec.limits.memoryMiB,
    // Equal to the memory limit: no swap, so that a limit is a limit and not a slow disk.
    memorySwap: spec.limits.memoryMiB,
    cpus: decimal(spec.limits.cpus),
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    // The engine's own kill comes after Docker's, and Docker's after the service had its time.
    stopTimeout: spec.stopSeconds,
    destroyGraceSeconds: spec.stopSeconds,
    networkMode: "bridge",
    networksAdvanced: [{ name: at.networkName, aliases: [spec.alias] }],
    hosts: Object.entries(at.remoteAliases).map(([host, ip]) => ({ host, ip })),
    ports: spec.ports
      .filter((port) => port.published !== undefined || at.spansHosts)
      .map((port) => ({
        internal: port.internal,
        external: port.published ?? port.internal,
        ip: at.publishAddress,
        protocol: "tcp",
      })),
    volumes: [
      { volumeName: at.volumeNames["config"]!, containerPath: CONFIG_DIRECTORY, readOnly: true },
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
      healthcheck: {
        tests: ["CMD", ...spec.health],
        interval: "10s",
        timeout: "5s",
        retries: 3,
        startPeriod: "1m0s",
      },
    }),
    labels: Object.entries(at.labels).map(([label, value]) => ({ label, value })),
  } satisfies docker.ContainerArgs;
}

/** Spelt as the provider reads it back ("1.0"), since any other spelling is a change to it after a refresh. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Changes whenever the container would be replaced or updated, so that what guards the change runs before it. */
export function fingerprint(args: object): string {
  return createHash("sha256").update(JSON.stringify(args)).digest("hex").slice(0, 16);
}
