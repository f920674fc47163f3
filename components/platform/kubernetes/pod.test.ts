import { expect, describe, test } from "vitest";
import type { WorkloadSpec } from "../platform.ts";
import { podTemplate, refuseUnrenderable, type PodPlace } from "./pod.ts";

const spec: WorkloadSpec = {
  alias: "alpha",
  host: "cluster",
  image: { reference: "example/server:1" },
  files: {},
  volumes: [{ name: "data", path: "/var/lib/synfleet" }],
  ports: [{ internal: 5432, published: 5433 }],
  limits: { memoryMiB: 256, cpus: 0.5 },
  stopSeconds: 90,
  health: ["/usr/local/bin/healthy"],
};
const place: PodPlace = {
  image: { reference: "example/server:1", pullPolicy: "IfNotPresent" },
  labels: { part: "alpha" },
  files: { sources: [{ secret: { name: "alpha-secrets-0" } }], names: [] },
  claims: { data: "alpha-data" },
  watched: false,
  fingerprint: "f",
};
const rendered = (changes: Partial<WorkloadSpec> = {}, at: Partial<PodPlace> = {}) => {
  const { spec: pod } = podTemplate({ ...spec, ...changes }, { ...place, ...at });
  return { pod, container: pod.containers[0]! };
};

test("a pod has no rights, no root to write to, and as much memory as it may use", () => {
  const { pod, container } = rendered();
  expect(pod).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 90,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 },
      seccompProfile: { type: "RuntimeDefault" },
    },
  });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  expect(container.resources).toEqual({
    requests: { memory: "256Mi", cpu: "50m" },
    limits: { memory: "256Mi", cpu: "500m" },
  });
});

test("it sees its files, its volumes and what is gone with it, and nothing else", () => {
  const { pod, container } = rendered({ filesAt: ["/etc/server"], sharedMemoryMiB: 256 });
  expect(container.volumeMounts).toEqual([
    { name: "files", mountPath: "/etc/synfleet", readOnly: true },
    { name: "files", mountPath: "/etc/server", readOnly: true },
    { name: "tmp", mountPath: "/tmp" },
    { name: "run", mountPath: "/run" },
    { name: "shm", mountPath: "/dev/shm" },
    { name: "volume-data", mountPath: "/var/lib/synfleet" },
  ]);
  expect(pod.volumes).toEqual([
    { name: "files", projected: { sources: place.files.sources } },
    { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
    { name: "run", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
    { name: "shm", emptyDir: { medium: "Memory", sizeLimit: "256Mi" } },
    { name: "volume-data", persistentVolumeClaim: { claimName: "alpha-data" } },
  ]);
});

test("a companion outlives the workload, is started again by itself, and sees what it is given of it", () => {
  const { pod, container } = rendered(
    {
      volumes: [...spec.volumes, { name: "locks", path: "/locks", within: "data" }],
      companions: [
        {
          ...{ name: "fence", image: { reference: "example/fence:1" } },
          ...{ files: ["fence.conf", "tls"], volumes: ["locks"] },
          ...{ limits: { memoryMiB: 64, cpus: 0.5 }, health: ["healthy"] },
        },
      ],
    },
    { companions: { fence: { reference: "example/fence:1", pullPolicy: "Never" } } },
  );
  expect(pod.initContainers).toEqual([
    {
      ...{ name: "fence", image: "example/fence:1", imagePullPolicy: "Never" },
      restartPolicy: "Always",
      readinessProbe: expect.objectContaining({ exec: { command: ["healthy"] } }) as unknown,
      securityContext: container.securityContext,
      resources: {
        requests: { memory: "64Mi", cpu: "50m" },
        limits: { memory: "64Mi", cpu: "500m" },
      },
      volumeMounts: [
        ...["fence.conf", "tls"].map((path) => ({
          ...{ name: "files", mountPath: `/etc/synfleet/${path}`, readOnly: true, subPath: path },
        })),
        { name: "fence-tmp", mountPath: "/tmp" },
        { name: "fence-run", mountPath: "/run" },
        { name: "volume-data", mountPath: "/locks", subPath: "locks" },
      ],
    },
  ]);
  expect(container.volumeMounts).toContainEqual({
    ...{ name: "volume-data", mountPath: "/locks", subPath: "locks" },
  });
  expect(pod.volumes.map(({ name }) => name)).toEqual([
    ...["files", "tmp", "run", "shm", "fence-tmp", "fence-run", "volume-data"],
  ]);
});

test.each<[string, Partial<WorkloadSpec>, Partial<PodPlace>, string[]]>([
  ["is asked whether it may have clients", {}, {}, ["readinessProbe"]],
  [
    "that is watched is also killed for hanging",
    {},
    { watched: true },
    ["livenessProbe", "readinessProbe", "startupProbe"],
  ],
  ["that ends by itself is asked nothing", { oneShot: true }, {}, []],
  ["that says nothing is asked nothing", { health: [] }, {}, []],
])("one %s", (_, changes, at, probes) => {
  const given = { ...spec, ...changes };
  const { health: _health, ...silent } = given;
  const { spec: pod } = podTemplate(given.health?.length === 0 ? silent : given, {
    ...place,
    ...at,
  });
  const found = Object.keys(pod.containers[0]!).filter((key) => key.endsWith("Probe"));
  expect(found.sort()).toEqual(probes);
});

test("one that ends by itself is not started again, any other is", () => {
  expect(rendered({ oneShot: true }).pod.restartPolicy).toBe("Never");
  expect(rendered().pod.restartPolicy).toBe("Always");
});

test("what an image that is not Synfleet's needs is there: its user, arguments and environment", () => {
  const { pod, container } = rendered({
    ...{ user: 472, command: ["--config", "x"], environment: { A: "1" } },
  });
  expect(pod.securityContext).toMatchObject({ runAsUser: 472, fsGroup: 472 });
  expect(container).toMatchObject({
    args: ["--config", "x"],
    env: [{ name: "A", value: "1" }],
  });
});

test("the template has the fingerprint, by which its pods are told from others", () => {
  expect(podTemplate(spec, place).metadata.labels).toEqual({
    part: "alpha",
    "org.synfleet.spec": "f",
  });
});

test.each([
  [2, "2", "200m"],
  [1.5, "1500m", "150m"],
  [0.001, "1m", "1m"],
])("%s processors are spelt as the server reads them back", (cpus, limit, request) => {
  const { container } = rendered({ limits: { memoryMiB: 64, cpus } });
  expect(container.resources).toMatchObject({ limits: { cpu: limit }, requests: { cpu: request } });
});

describe("refused by name", () => {
  test("a folder of the node", () => {
    const mounted = { ...spec, hostMounts: [{ hostPath: "/", path: "/host" }] };
    expect(() => refuseUnrenderable(mounted)).toThrow(
      /^alpha: hostMounts has \/, .* allowed on Kubernetes: none/,
    );
  });

  test("a volume that others of a host see", () => {
    const shared = { name: "locks", host: "cluster", made: undefined as never };
    expect(() =>
      refuseUnrenderable({ ...spec, volumes: [{ name: "locks", path: "/locks", shared }] }),
    ).toThrow(/^volume locks of alpha is shared .* allowed there: volumes of one workload each/);
  });

  test("nothing else of what there is", () => {
    expect(() => refuseUnrenderable(spec)).not.toThrow();
  });
});

test("one with a role gives it away before it is stopped, in a time of its own", () => {
  const handOver = { command: ["/usr/local/bin/hand-over"], seconds: 60 };
  const { pod, container } = rendered({ handOver });
  expect(container).toMatchObject({
    lifecycle: { preStop: { exec: { command: ["timeout", "60", "/usr/local/bin/hand-over"] } } },
  });
  expect(pod.terminationGracePeriodSeconds).toBe(90 + 60);
  expect(rendered().container).not.toHaveProperty("lifecycle");
});

test("a node logs in where it has the image from by the Secrets that are named", () => {
  expect(rendered({}, { pullSecrets: ["login"] }).pod).toMatchObject({
    imagePullSecrets: [{ name: "login" }],
  });
  expect(rendered().pod).not.toHaveProperty("imagePullSecrets");
});
