import { expect, test } from "vitest";
import type { PropertyMap, PropertyValue } from "../../../provider.ts";
import { NotReady } from "../errors.ts";
import type { Event } from "../watch.ts";
import { DaemonSetWaiting } from "./daemon-set.ts";
import { DeploymentWaiting } from "./deployment.ts";
import { IngressWaiting } from "./ingress.ts";
import { JobWaiting } from "./job.ts";
import { PodWaiting } from "./pod.ts";
import { ServiceWaiting } from "./service.ts";
import { claim } from "./simple.ts";
import { StatefulSetWaiting } from "./stateful-set.ts";
import type { Waiting } from "./waiting.ts";

const lines: string[] = [];
const log = (line: string): void => void lines.push(line);
const seen = (object: PropertyMap, type: Event["type"] = "MODIFIED"): Event => ({ type, object });
const see = (waiting: Waiting, ...objects: PropertyMap[]): Waiting => {
  for (const object of objects) waiting.see(seen(object));
  return waiting;
};
const condition = (type: string, status: string, more: PropertyMap = {}): PropertyMap => ({
  type,
  status,
  ...more,
});

const object = (
  kind: string,
  parts: { meta?: PropertyMap; spec?: PropertyMap; status?: PropertyMap; apiVersion?: string } = {},
): PropertyMap => ({
  apiVersion: parts.apiVersion ?? "v1",
  kind,
  metadata: { name: "x", namespace: "n", uid: `uid-${kind}`, generation: 1, ...parts.meta },
  ...(parts.spec && { spec: parts.spec }),
  ...(parts.status && { status: parts.status }),
});
const revision = (number: string): PropertyMap => ({
  annotations: { "deployment.kubernetes.io/revision": number },
});
const ownedBy = (kind: string): PropertyMap => ({ ownerReferences: [{ uid: `uid-${kind}` }] });

const deployment = (number: string, conditions: PropertyValue[], generation = 1): PropertyMap =>
  object("Deployment", {
    apiVersion: "apps/v1",
    meta: { generation, ...revision(number) },
    status: { observedGeneration: generation, conditions },
  });
const replicaSet = (number: string, ready: number): PropertyMap =>
  object("ReplicaSet", {
    meta: { name: `x-${number}`, ...revision(number), ...ownedBy("Deployment") },
    spec: { replicas: 2 },
    status: { readyReplicas: ready },
  });
const available = condition("Available", "True");
const rolledOut = condition("Progressing", "True", { reason: "NewReplicaSetAvailable" });

test("a new Deployment is ready when it is available and its pods are ready", () => {
  const waiting = new DeploymentWaiting({ object: object("Deployment"), log });
  expect(see(waiting, deployment("1", [available])).isReady()).toBe(false);
  expect(see(waiting, replicaSet("1", 1)).isReady()).toBe(false);
  expect(waiting.problems()).toEqual([
    "Minimum number of Pods to consider the application live was not attained",
  ]);
  expect(see(waiting, replicaSet("1", 2)).isReady()).toBe(true);
});

test("an update of a Deployment is ready when the new revision has rolled out", () => {
  const last = deployment("1", [available, rolledOut]);
  const waiting = new DeploymentWaiting({ object: deployment("1", [available], 2), last, log });
  see(waiting, replicaSet("1", 2), replicaSet("2", 0));
  expect(see(waiting, deployment("2", [available], 2)).isReady()).toBe(false);
  expect(see(waiting, replicaSet("2", 2)).isReady()).toBe(false);
  expect(see(waiting, deployment("2", [available, rolledOut], 2)).isReady()).toBe(true);
});

test("a Deployment that the controller has not looked at yet is not ready, whatever its old status says", () => {
  const stale = deployment("1", [available, rolledOut], 2);
  const waiting = new DeploymentWaiting({ object: stale, log });
  see(waiting, replicaSet("1", 2));
  const unseen = {
    ...stale,
    status: { ...(stale["status"] as PropertyMap), observedGeneration: 1 },
  };
  expect(see(waiting, unseen).isReady()).toBe(false);
  expect(see(waiting, stale).isReady()).toBe(true);
});

test("a Deployment waits for the volumes that it names, and says what pods complain about", () => {
  const volumes = [{ persistentVolumeClaim: { claimName: "data" } }];
  const whole = deployment("1", [condition("Available", "False", { reason: "R", message: "no" })]);
  whole["spec"] = { template: { spec: { volumes } } };
  const waiting = new DeploymentWaiting({ object: whole, log });
  const pending = object("PersistentVolumeClaim", {
    meta: { name: "data" },
    status: { phase: "Pending" },
  });
  const waits = { waiting: { reason: "ErrImageNeverPull", message: "not there" } };
  const pod = object("Pod", {
    meta: { name: "p", ownerReferences: [{ uid: "uid-ReplicaSet" }] },
    status: {
      conditions: [
        condition("PodScheduled", "True"),
        condition("Initialized", "True"),
        condition("Ready", "False", { reason: "ContainersNotReady", message: "unready. " }),
      ],
      containerStatuses: [{ name: "c", ready: false, state: waits }],
    },
  });
  see(waiting, whole, replicaSet("1", 0), pending, pod);
  expect(waiting.problems()).toEqual([
    "[R] no",
    'Failed to bind PersistentVolumeClaim(s): "data"',
    "Minimum number of live Pods was not attained",
    "[Pod n/p]: unready. [ErrImageNeverPull] not there",
  ]);
});

test("a StatefulSet is ready when all replicas are, and all of the newest revision", () => {
  const set = (status: PropertyMap, generation = 1): PropertyMap =>
    object("StatefulSet", { meta: { generation }, spec: { replicas: 2 }, status });
  const done = { observedGeneration: 1, replicas: 2, readyReplicas: 2, currentReplicas: 2 };
  const waiting = new StatefulSetWaiting({ object: object("StatefulSet"), log });
  expect(
    see(
      waiting,
      set({ ...done, readyReplicas: 1, currentRevision: "a", updateRevision: "a" }),
    ).isReady(),
  ).toBe(false);
  expect(waiting.problems()).toEqual(["1 out of 2 replicas succeeded readiness checks"]);
  expect(see(waiting, set({ ...done, currentRevision: "a", updateRevision: "b" })).isReady()).toBe(
    false,
  );
  expect(
    see(waiting, set({ ...done, currentRevision: "b", updateRevision: "b" }, 2)).isReady(),
  ).toBe(false);
  expect(see(waiting, set({ ...done, currentRevision: "b", updateRevision: "b" })).isReady()).toBe(
    true,
  );
});

test("a DaemonSet is ready when every node has its pod", () => {
  const counts = {
    desiredNumberScheduled: 1,
    currentNumberScheduled: 1,
    updatedNumberScheduled: 1,
  };
  const waiting = new DaemonSetWaiting({ object: object("DaemonSet"), log });
  expect(waiting.isReady()).toBe(false);
  see(
    waiting,
    object("DaemonSet", { status: { observedGeneration: 1, ...counts, numberReady: 1 } }),
  );
  expect(waiting.isReady()).toBe(false);
  expect(lines.at(-1)).toBe("Available: 0/1");
  const all = { observedGeneration: 1, ...counts, numberReady: 1, numberAvailable: 1 };
  expect(see(waiting, object("DaemonSet", { status: all })).isReady()).toBe(true);
});

test("a Job is ready when it is complete, and given up when it has failed", () => {
  const job = (conditions: PropertyValue[]): PropertyMap =>
    object("Job", { status: { startTime: "now", conditions } });
  const waiting = new JobWaiting({ object: object("Job"), log });
  expect(see(waiting, job([])).isReady()).toBe(false);
  expect(see(waiting, job([condition("Complete", "True")])).isReady()).toBe(true);
  const failing = new JobWaiting({ object: object("Job"), log });
  const failed = condition("Failed", "True", {
    reason: "BackoffLimitExceeded",
    message: "too often",
  });
  see(failing, job([failed]));
  expect(failing.failure()).toBeInstanceOf(NotReady);
  expect(failing.problems()).toEqual(["[BackoffLimitExceeded] too often"]);
});

test("a Pod is ready when it is Ready or has succeeded", () => {
  const passed = [condition("PodScheduled", "True"), condition("Initialized", "True")];
  const pod = (status: PropertyMap): PropertyMap => object("Pod", { status });
  const waiting = new PodWaiting({ object: object("Pod"), log });
  const unready = condition("Ready", "False");
  expect(see(waiting, pod({ conditions: [...passed, unready] })).isReady()).toBe(false);
  expect(
    see(waiting, pod({ phase: "Succeeded", conditions: [...passed, unready] })).isReady(),
  ).toBe(true);
  expect(see(waiting, pod({ conditions: [...passed, condition("Ready", "True")] })).isReady()).toBe(
    true,
  );
});

test("a Service is ready when its endpoints have settled and none is pending", () => {
  const service = object("Service", { spec: { type: "ClusterIP", selector: { a: "b" } } });
  const endpoints = (subset: PropertyMap): PropertyMap => ({
    ...object("Endpoints"),
    subsets: [subset],
  });
  const waiting = new ServiceWaiting({ object: service, log });
  expect(see(waiting, service).isReady()).toBe(false);
  expect(waiting.see(seen(endpoints({ notReadyAddresses: [{}] })))).toBe(true);
  waiting.settled();
  expect(waiting.isReady()).toBe(false);
  expect(waiting.isAcceptable()).toBe(false);
  see(waiting, endpoints({ addresses: [{}] }));
  expect(waiting.isReady()).toBe(false);
  waiting.settled();
  expect(waiting.isReady()).toBe(true);
});

test.for([
  ["headless", { clusterIP: "None", selector: { a: "b" } }, true],
  ["without a selector", {}, true],
  ["an external name", { type: "ExternalName", selector: { a: "b" } }, true],
  ["a load balancer", { type: "LoadBalancer", selector: { a: "b" } }, false],
] as const)("a Service that is %s waits for no pods", ([, spec, isReady]) => {
  const service = object("Service", { spec });
  const waiting = new ServiceWaiting({ object: service, log });
  expect(see(waiting, service).isReady()).toBe(isReady);
});

test("an Ingress needs an address, and a service for each path until endpoints have settled", () => {
  const paths = [{ path: "/", backend: { service: { name: "web" } } }];
  const spec = { rules: [{ http: { paths } }] };
  const address = { loadBalancer: { ingress: [{ ip: "10.0.0.1" }] } };
  const waiting = new IngressWaiting({ object: object("Ingress", { spec }), log });
  see(waiting, object("Ingress", { spec, status: address }));
  expect(waiting.isReady()).toBe(false);
  expect(waiting.problems()).toEqual([
    "Ingress has at least one rule with an unavailable target endpoint.",
  ]);
  see(waiting, object("Endpoints", { meta: { name: "web" } }));
  expect(waiting.isReady()).toBe(true);
  const lonely = new IngressWaiting({ object: object("Ingress", { spec, status: address }), log });
  see(lonely, object("Ingress", { spec, status: address }));
  lonely.graceOver();
  expect(lonely.isReady()).toBe(true);
});

test.for([
  [true, false, "Pending", true],
  [true, false, "Bound", false],
  [false, false, "Pending", false],
  [false, false, "Bound", true],
  [true, true, "Bound", true],
] as const)(
  "a claim (binds late: %s, existed: %s) that is %s: ready %s",
  ([bindsLate, existed, phase, isReady]) => {
    const it = object("PersistentVolumeClaim", { status: { phase } });
    expect(claim({ object: it, log, ...(existed && { last: it }) }, bindsLate).isReady()).toBe(
      isReady,
    );
  },
);
