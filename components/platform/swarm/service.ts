/** A workload as a service of a Swarm with one task, which runs on one host or nowhere. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { HEALTH_TIMING, LOG_LIMITS } from "../docker/container.ts";
import {
  CONFIG_DIRECTORY,
  SERVICE_UID,
  type WorkloadOptions,
  type WorkloadSpec,
} from "../platform.ts";

/** A file that the Swarm has: a config, or a secret. */
export interface SwarmFile {
  /** Below the directory of files. */
  readonly path: string;
  readonly secret: boolean;
  readonly id: pulumi.Input<string>;
  /** Follows from its content. */
  readonly name: pulumi.Input<string>;
}

export interface Place {
  readonly serviceName: string;
  readonly image: pulumi.Input<string>;
  readonly networkId: pulumi.Input<string>;
  /** Which node it may run on. */
  readonly constraint: string;
  /** Physical names of the volumes by role. */
  readonly volumeNames: Readonly<Record<string, string>>;
  readonly files: readonly SwarmFile[];
  readonly labels: Readonly<Record<string, string>>;
  /** Whether the Swarm asks for its health: it kills a task that is not well, and tells nobody the name of one before it is. */
  readonly watched: boolean;
  /** Tells a task of this specification from one of another. */
  readonly fingerprint: pulumi.Input<string>;
}

export const SPEC_LABEL = "org.synfleet.spec";
const MIB = 1024 * 1024;
const NANO_CPUS = 1e9;

/** Spelt as Docker reads it back, since any other spelling is a change to the provider after a refresh. */
export function serviceArgs(spec: WorkloadSpec, at: Place) {
  const user = spec.user ?? SERVICE_UID;
  const labels = Object.entries(at.labels).map(([label, value]) => ({ label, value }));
  const owner = { fileUid: String(user), fileGid: String(user) };
  const seen = (file: SwarmFile) =>
    [CONFIG_DIRECTORY, ...(spec.filesAt ?? [])].map((directory) => `${directory}/${file.path}`);
  const once = { parallelism: 1, delay: "0s", monitor: "30s", order: "stop-first" };
  return {
    name: at.serviceName,
    labels,
    taskSpec: {
      containerSpec: {
        image: at.image,
        hostname: spec.alias,
        ...((spec.command ?? []).length > 0 && { args: [...spec.command!] }),
        user: `${user}:${user}`,
        ...(spec.environment && { env: { ...spec.environment } }),
        labels: [...labels, { label: SPEC_LABEL, value: at.fingerprint }],
        readOnly: true,
        capDrops: ["ALL"],
        init: false,
        stopGracePeriod: span(spec.stopSeconds),
        mounts: mounts(spec, at),
        ...(spec.health &&
          at.watched && {
            healthcheck: { tests: ["CMD", ...spec.health], ...HEALTH_TIMING, startPeriod: "1m" },
          }),
        configs: at.files
          .filter(({ secret }) => !secret)
          .flatMap((file) =>
            seen(file).map((fileName) => ({
              ...{ configId: file.id, configName: file.name, fileName, ...owner, fileMode: 0o444 },
            })),
          ),
        secrets: at.files
          .filter(({ secret }) => secret)
          .flatMap((file) =>
            seen(file).map((fileName) => ({
              ...{ secretId: file.id, secretName: file.name, fileName, ...owner, fileMode: 0o400 },
            })),
          ),
      },
      resources: {
        limits: {
          memoryBytes: spec.limits.memoryMiB * MIB,
          nanoCpus: Math.round(spec.limits.cpus * NANO_CPUS),
        },
      },
      restartPolicy: {
        condition: spec.oneShot ? "none" : "any",
        delay: "5s",
        maxAttempts: 0,
        window: "0s",
      },
      placement: { constraints: [at.constraint] },
      networksAdvanceds: [{ id: at.networkId, aliases: [spec.alias] }],
      logDriver: { name: "json-file", options: LOG_LIMITS },
    },
    mode: { replicated: { replicas: 1 } },
    updateConfig: {
      ...once,
      // An end is what a one-shot is for, and would be taken for a failure.
      failureAction: spec.oneShot ? "continue" : "rollback",
      maxFailureRatio: "0.0",
    },
    rollbackConfig: { ...once, failureAction: "pause", maxFailureRatio: "0.0" },
    endpointSpec: {
      // A service has one task, so its name leads to that and needs no virtual address.
      mode: "dnsrr",
      ports: spec.ports.flatMap(({ internal, published }) =>
        published === undefined
          ? []
          : [
              {
                ...{ targetPort: internal, publishedPort: published },
                ...{ protocol: "tcp", publishMode: "host" },
              },
            ],
      ),
    },
  } satisfies docker.ServiceArgs;
}

/** Who has data is never killed for being slow, and members of a set need each other's names to become well. Pure. */
export function isWatched(
  { volumes }: WorkloadSpec,
  { peers = [], readyAlone }: WorkloadOptions,
): boolean {
  return volumes.length === 0 && (readyAlone ?? peers.length === 0);
}

function mounts(spec: WorkloadSpec, at: Place) {
  // The provider reads nine bits of the mode alone; one user has the container to itself.
  const tmpfs = (target: string, sizeMiB: number) => ({
    ...{ type: "tmpfs", target, tmpfsOptions: { sizeBytes: sizeMiB * MIB, mode: 0o777 } },
  });
  return [
    tmpfs("/tmp", 64),
    tmpfs("/run", 16),
    ...(spec.sharedMemoryMiB === undefined ? [] : [tmpfs("/dev/shm", spec.sharedMemoryMiB)]),
    ...spec.volumes.map(({ name, path }) => ({
      ...{ type: "volume", target: path, source: at.volumeNames[name]! },
    })),
    ...(spec.hostMounts ?? []).map(({ hostPath, path }) => ({
      ...{ type: "bind", target: path, source: hostPath, readOnly: true },
      // Docker refuses any other for what has its own folder below it, such as "/".
      bindOptions: { propagation: "rslave" },
    })),
  ];
}

/** As Go prints it, without zeros at the end: 90 s are "1m30s". */
function span(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes === 0) return `${rest}s`;
  return rest === 0 ? `${minutes}m` : `${minutes}m${rest}s`;
}
