/** A workload as the template of its pod. Pure. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  CONFIG_DIRECTORY,
  SERVICE_UID,
  type CompanionSpec,
  type ResourceLimits,
  type VolumeSpec,
  type WorkloadSpec,
} from "../platform.ts";
import type { FilesRef } from "./files.ts";

/** The image of a container, and whom the node asks for it. */
export interface PodImage {
  readonly reference: string;
  /** Of an image that is loaded nobody is asked: whoever has its name in a public registry could give another. */
  readonly pullPolicy: "IfNotPresent" | "Never";
}

/** What the adapter adds to a spec before it can be a pod. */
export interface PodPlace {
  readonly image: PodImage;
  /** Of companions, by their names. */
  readonly companions?: Readonly<Record<string, PodImage>>;
  /** Secrets by which the node logs in where it has the images from. */
  readonly pullSecrets?: readonly string[] | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly files: FilesRef;
  /** Claims by {@link VolumeSpec.name}. */
  readonly claims: Readonly<Record<string, string>>;
  /** Command that tells whether it may have clients and count as there. @default its health */
  readonly ready?: readonly string[] | undefined;
  /** What keeps it apart from others of its set. */
  readonly apart?: Pick<k8s.types.input.core.v1.PodSpec, "affinity" | "topologySpreadConstraints">;
  /** Whether one that is not well is killed. */
  readonly watched: boolean;
  /** Tells a pod of this specification from one of another. */
  readonly fingerprint: pulumi.Input<string>;
}

export const SPEC_LABEL = "org.synfleet.spec";
/** Processors are shared, and a limit says who gives way: a node is full by memory, of which each has what it may use. */
const CPU_SHARE = 0.1;

/** Of a pod under Pod Security `restricted`. */
export const restrictedTo = (uid: number) => ({
  ...{ runAsNonRoot: true, runAsUser: uid, runAsGroup: uid },
  seccompProfile: { type: "RuntimeDefault" },
});

/** Of a container there. */
export const restricted = {
  ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
  capabilities: { drop: ["ALL"] },
};

export function podTemplate(spec: WorkloadSpec, at: PodPlace) {
  const uid = spec.user ?? SERVICE_UID;
  const { companions = [] } = spec;
  return {
    metadata: { labels: { ...at.labels, [SPEC_LABEL]: at.fingerprint } },
    spec: {
      automountServiceAccountToken: false,
      // Other Services' addresses would come as environment variables.
      enableServiceLinks: false,
      ...pullSecrets(at.pullSecrets),
      restartPolicy: spec.oneShot ? "Never" : "Always",
      terminationGracePeriodSeconds: spec.stopSeconds + (spec.handOver?.seconds ?? 0),
      ...at.apart,
      securityContext: {
        ...restrictedTo(uid),
        ...{ fsGroup: uid, fsGroupChangePolicy: "OnRootMismatch" },
      },
      ...(companions.length > 0 && {
        initContainers: companions.map((one) => companion(spec, one, at)),
      }),
      containers: [
        {
          ...container("main", at.image, spec.limits),
          ...((spec.command ?? []).length > 0 && { args: [...spec.command!] }),
          ...(spec.environment && {
            env: Object.entries(spec.environment).map(([name, value]) => ({ name, value })),
          }),
          ...(spec.ports.length > 0 && {
            ports: spec.ports.map(({ internal }) => ({ containerPort: internal })),
          }),
          ...(spec.handOver && { lifecycle: { preStop: handingOver(spec.handOver) } }),
          ...(!spec.oneShot && spec.health && probes(spec.health, at)),
          volumeMounts: [
            ...[CONFIG_DIRECTORY, ...(spec.filesAt ?? [])].map((path) =>
              mount("files", path, true),
            ),
            ...[mount("tmp", "/tmp"), mount("run", "/run"), mount("shm", "/dev/shm")],
            ...spec.volumes.map(mounted),
          ],
        },
      ],
      volumes: [
        { name: "files", projected: { sources: at.files.sources } },
        ...[memory("tmp", 64), memory("run", 16), memory("shm", spec.sharedMemoryMiB ?? 64)],
        ...companions.flatMap(({ name }) => [memory(`${name}-tmp`, 16), memory(`${name}-run`, 16)]),
        ...volumesOf(spec).map(({ name }) => ({
          name: `volume-${name}`,
          persistentVolumeClaim: { claimName: at.claims[name]! },
        })),
      ],
    },
  } satisfies k8s.types.input.core.v1.PodTemplateSpec;
}

/** The volumes that are claims, and not folders of others. */
export const volumesOf = ({ volumes }: WorkloadSpec) => volumes.filter(({ within }) => !within);

const mount = (name: string, mountPath: string, readOnly = false, subPath?: string) => ({
  ...{ name, mountPath },
  ...(readOnly && { readOnly }),
  ...(subPath !== undefined && { subPath }),
});

const mounted = ({ name, path, within }: VolumeSpec) =>
  within ? mount(`volume-${within}`, path, false, name) : mount(`volume-${name}`, path);

const container = (name: string, image: PodImage, { memoryMiB, cpus }: ResourceLimits) => ({
  ...{ name, image: image.reference, imagePullPolicy: image.pullPolicy },
  resources: {
    requests: { memory: `${memoryMiB}Mi`, cpu: millis(cpus * CPU_SHARE) },
    limits: { memory: `${memoryMiB}Mi`, cpu: millis(cpus) },
  },
  securityContext: restricted,
});

/** A container that the cluster starts before the workload's and ends after it, and starts again by itself alone. */
function companion(spec: WorkloadSpec, one: CompanionSpec, at: PodPlace) {
  const { name, files, volumes } = one;
  return {
    ...container(name, at.companions![name]!, one.limits),
    restartPolicy: "Always",
    ...probes(one.health, { watched: false }),
    volumeMounts: [
      ...files.map((path) => mount("files", `${CONFIG_DIRECTORY}/${path}`, true, path)),
      ...[mount(`${name}-tmp`, "/tmp"), mount(`${name}-run`, "/run")],
      ...spec.volumes.filter((volume) => volumes.includes(volume.name)).map(mounted),
    ],
  };
}

/**
 * What cannot be had on a cluster is refused by name. A volume that others of a host see too is a folder of a node, which Pod Security `restricted`
 * forbids like any other.
 */
export function refuseUnrenderable(spec: WorkloadSpec): void {
  const { alias, hostMounts = [], volumes } = spec;
  const [mount] = hostMounts;
  if (mount)
    throw new Error(
      `${alias}: hostMounts has ${mount.hostPath}, which a pod under Pod Security "restricted" may not see; allowed on Kubernetes: none. ` +
        "Leave this part out there.",
    );
  const shared = volumes.find((volume) => volume.shared);
  if (shared) throw new Error(sharedRefusal(`volume ${shared.name} of ${alias}`));
}

export const sharedRefusal = (what: string): string =>
  `${what} is shared by workloads of a host, which Kubernetes has no volume for; allowed there: volumes of one workload each. Leave this part out there.`;

export const pullSecrets = (names: readonly string[] = []) =>
  names.length === 0 ? {} : { imagePullSecrets: names.map((name) => ({ name })) };

/**
 * Readiness decides who gets clients; only one that is watched is killed for not being well, after a start of a minute. Each answer is a process in the pod, which
 * on a cluster of many small parts is most of what they cost while nothing happens: so not more often than on a host.
 */
function probes(
  health: readonly string[],
  { watched, ready = health }: Pick<PodPlace, "watched" | "ready">,
) {
  const asking = (words: readonly string[]) => ({
    ...{ exec: { command: [...words] }, timeoutSeconds: 5 },
  });
  const asked = asking(health);
  return {
    readinessProbe: { ...asking(ready), periodSeconds: 10, failureThreshold: 2 },
    ...(watched && {
      startupProbe: { ...asked, periodSeconds: 3, failureThreshold: 20 },
      livenessProbe: { ...asked, periodSeconds: 30, failureThreshold: 3 },
    }),
  };
}

/** Ends in time for the service to be stopped as usual, whatever came of it. */
const handingOver = ({ command, seconds }: NonNullable<WorkloadSpec["handOver"]>) => ({
  exec: { command: ["timeout", String(seconds), ...command] },
});

/** In memory, as everywhere: what is there is gone with the container, and counts into its limit. */
const memory = (name: string, sizeMiB: number) => ({
  name,
  emptyDir: { medium: "Memory", sizeLimit: `${sizeMiB}Mi` },
});

/** Spelt as the API server gives it back, so that a refresh sees no change: whole processors without "m". */
function millis(cpus: number): string {
  const thousandths = Math.max(1, Math.round(cpus * 1000));
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}
