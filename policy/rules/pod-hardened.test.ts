import { describe, expect, test } from "vitest";
import { deploy, plain } from "../../test/support/deploy.ts";
import { KubernetesPlatform } from "../../components/platform/kubernetes/kubernetes.ts";
import { ask, container, type Subject } from "../testing/run.ts";
import { podHardened } from "./index.ts";

const own = {
  name: "main",
  resources: { limits: { memory: "256Mi" } },
  securityContext: {
    ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
    capabilities: { drop: ["ALL"] },
  },
};
const pod = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 10001 },
  containers: [own],
};
const running = (spec: object, type = "apps/v1:StatefulSet"): Subject => ({
  ...{ type: `kubernetes:${type}`, name: "alpha" },
  props: { spec: type === "core/v1:Pod" ? spec : { template: { spec } } },
});
const only = (changes: object) => ({ ...pod, containers: [{ ...own, ...changes }] });
const allowed = (changes: object) =>
  only({ securityContext: { ...own.securityContext, ...changes } });

test.each([
  "core/v1:Pod",
  "apps/v1:StatefulSet",
  "apps/v1:Deployment",
  "apps/v1:DaemonSet",
  "batch/v1:Job",
])("a pod of a %s is looked at", async (type) => {
  expect(await ask(podHardened, running(pod, type))).toEqual([]);
  expect(await ask(podHardened, running({ ...pod, hostPID: true }, type))).toHaveLength(1);
});

test("a pod of a CronJob is looked at, what is no pod is not", async () => {
  const spec = { jobTemplate: { spec: { template: { spec: { ...pod, hostPID: true } } } } };
  const subject = { type: "kubernetes:batch/v1:CronJob", name: "alpha", props: { spec } };
  expect(await ask(podHardened, subject)).toHaveLength(1);
  expect(await ask(podHardened, container())).toBe("not applicable");
});

describe("one is refused", () => {
  test.each<[string, object, string]>([
    ["privileged", allowed({ privileged: true }), "container main: privileged is true"],
    ["that may become root", allowed({ allowPrivilegeEscalation: undefined }), "may become root"],
    ["as root", { ...pod, securityContext: { runAsNonRoot: true, runAsUser: 0 } }, "run as root"],
    ["as whoever the image says", { ...pod, securityContext: {} }, "it may run as root"],
    ["that writes to its image", allowed({ readOnlyRootFilesystem: false }), "readOnlyRootFile"],
    ["with capabilities", allowed({ capabilities: {} }), 'capabilities.drop is without "ALL"'],
    [
      "with more capabilities",
      allowed({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }),
      "capabilities.add is SYS_ADMIN",
    ],
    ["without a limit", only({ resources: {} }), "memory is not limited"],
    [
      "with a folder of the node",
      { ...pod, volumes: [{ name: "host", hostPath: { path: "/var/run" } }] },
      "volume host is /var/run of the node",
    ],
    ["in the node's network", { ...pod, hostNetwork: true }, "hostNetwork is true"],
    [
      "with a token",
      { ...pod, automountServiceAccountToken: undefined },
      "speak to the API server",
    ],
    [
      "that begins so",
      { ...pod, initContainers: [{ ...own, name: "first", resources: {} }] },
      "container first: memory",
    ],
  ])("%s", async (_, spec, text) => {
    expect(await ask(podHardened, running(spec))).toEqual([expect.stringContaining(text)]);
  });
});

test("what the platform renders is accepted", async () => {
  const spec = {
    ...{ alias: "alpha", host: "cluster", image: { reference: "example/server:1" }, files: {} },
    ...{ ports: [], limits: { memoryMiB: 256, cpus: 1 }, stopSeconds: 10 },
  };
  const resources = await deploy(() => {
    const platform = new KubernetesPlatform("platform", { prefix: "orders", context: "lab" });
    const options = { parent: platform };
    platform.workload("alpha", { ...spec, volumes: [] }, options);
    const volumes = [{ name: "data", path: "/var/lib/synfleet" }];
    platform.workload("beta", { ...spec, alias: "beta", volumes }, options);
    platform.workload("gamma", { ...spec, alias: "gamma", volumes: [], oneShot: true }, options);
  });
  const runners = resources.filter(({ type }) => /:(StatefulSet|Deployment|Job)$/.test(type));
  expect(runners).toHaveLength(3);
  for (const { type, name, inputs } of runners)
    expect(await ask(podHardened, { type, name, props: plain(inputs) as never })).toEqual([]);
});
