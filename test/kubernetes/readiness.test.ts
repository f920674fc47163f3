import { afterAll, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../engine/src/provider.ts";
import { at, nameOf } from "../../engine/src/providers/kubernetes/objects.ts";
import {
  CLAIM,
  CONFIG_MAP,
  DAEMON_SET,
  DEPLOYMENT,
  INGRESS,
  JOB,
  newLab,
  partialOf,
  POD,
  probe,
  SERVICE,
  shell,
  STATEFUL_SET,
  template,
} from "./lab.ts";

const lab = await newLab();
const { create, diff, drift, newCall, object, provider, read, remove, update } = lab;
afterAll(() => lab.cleanUp());

const workload = (
  token: string,
  app: string,
  spec: PropertyMap,
  container = probe(),
): PropertyMap =>
  object(
    token,
    { name: app },
    {
      spec: {
        selector: { matchLabels: { app } },
        template: template(container, { app }),
        ...spec,
      },
    },
  );
/** Gives up sooner than the ten minutes that are usual. */
const patient = (seconds: number, inputs: PropertyMap): PropertyMap => {
  const metadata = inputs["metadata"] as PropertyMap;
  const annotations = { "pulumi.com/timeoutSeconds": `${seconds}` };
  return { ...inputs, metadata: { ...metadata, annotations } };
};
const deaf = probe({ readinessProbe: { httpGet: { path: "/", port: 9 }, periodSeconds: 1 } });
const absent = probe({ image: "lab/absent:1" });

describe.concurrent("it is ready when its own rule says so", () => {
  test("a Deployment, made, rolled out, scaled and removed", async () => {
    const made = await create(DEPLOYMENT, "d", workload(DEPLOYMENT, "web", { replicas: 1 }));
    expect(made.outputs["status"]).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
    expect(made.log.at(-1)).toBe("✅ Deployment initialization complete");
    const colour = probe({ env: [{ name: "COLOUR", value: "red" }] });
    const rolled = await update(made, workload(DEPLOYMENT, "web", { replicas: 1 }, colour));
    expect(at(rolled.outputs, "metadata", "annotations")).toMatchObject({
      "deployment.kubernetes.io/revision": "2",
    });
    const scaled = await update(rolled, workload(DEPLOYMENT, "web", { replicas: 2 }, colour));
    expect(scaled.outputs["status"]).toMatchObject({ readyReplicas: 2 });
    expect((await read(scaled))!.inputs).toEqual(scaled.inputs);
    await remove(scaled);
    expect(await read(scaled)).toBeUndefined();
  });

  test("a StatefulSet with volumes, and its headless Service", async () => {
    const service = object(
      SERVICE,
      { name: "db" },
      {
        spec: { clusterIP: "None", selector: { app: "db" }, ports: [{ port: 80 }] },
      },
    );
    const ports = await create(SERVICE, "s", service);
    expect(at(ports.outputs, "spec", "clusterIP")).toBe("None");
    const claims = [
      {
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
      },
    ];
    const mount = probe({ volumeMounts: [{ name: "data", mountPath: "/data" }] });
    const spec = { replicas: 2, serviceName: "db", volumeClaimTemplates: claims };
    const made = await create(STATEFUL_SET, "db", workload(STATEFUL_SET, "db", spec, mount));
    expect(made.outputs["status"]).toMatchObject({ readyReplicas: 2 });
    const smaller = await update(
      made,
      workload(STATEFUL_SET, "db", { ...spec, replicas: 1 }, mount),
    );
    expect(smaller.outputs["status"]).toMatchObject({ replicas: 1 });
    const renamed = workload(STATEFUL_SET, "db", { ...spec, serviceName: "other" }, mount);
    expect(await diff(smaller, renamed)).toMatchObject({
      replaced: ["spec.serviceName"],
      deleteBeforeReplace: true,
    });
    await remove(smaller);
  });

  test("a DaemonSet", async () => {
    const made = await create(DAEMON_SET, "agent", workload(DAEMON_SET, "agent", {}));
    expect(made.outputs["status"]).toMatchObject({ numberReady: 1 });
    expect(made.log.at(-1)).toMatch(/^✅ All replicas scheduled as expected/);
  });

  test("a Job that ends, and one that fails", async () => {
    const job = (name: string, script: string): PropertyMap => {
      const pod = template(shell(script), { job: name });
      const spec = { ...(pod["spec"] as PropertyMap), restartPolicy: "Never" };
      return object(JOB, { name }, { spec: { backoffLimit: 0, template: { ...pod, spec } } });
    };
    const made = await create(JOB, "good", job("good", "exit 0"));
    expect(made.outputs["status"]).toMatchObject({ succeeded: 1 });
    const failure = await partialOf(create(JOB, "bad", job("bad", "exit 3")));
    expect(failure.message).toContain("[BackoffLimitExceeded]");
    expect(failure.id).toBe(`${lab.namespace}/bad`);
    const annotated = job("bad", "exit 3");
    (annotated["metadata"] as PropertyMap)["annotations"] = { "pulumi.com/replaceUnready": "true" };
    const left = { ...made, call: newCall(JOB, "bad"), ...failure, inputs: job("bad", "exit 3") };
    expect((await diff(left, annotated)).replaced).toEqual([
      '.metadata.annotations["pulumi.com/replaceUnready"]',
    ]);
  });

  test("a Pod, and a Service whose endpoints have settled", async () => {
    const { spec: podSpec } = template(probe()) as { spec: PropertyMap };
    const labelled = { name: "one", labels: { app: "one" } };
    const made = await create(POD, "one", object(POD, labelled, { spec: podSpec }));
    expect(at(made.outputs, "metadata", "namespace")).toBe(lab.namespace);
    expect(made.outputs["status"]).toMatchObject({ phase: "Running" });
    const spec = { selector: { app: "one" }, ports: [{ port: 80, targetPort: 8080 }] };
    const service = await create(SERVICE, "one", object(SERVICE, { name: "one" }, { spec }));
    expect(service.log).toContain("✅ Service initialization complete");
    expect(at(service.outputs, "spec", "clusterIP")).toMatch(/^\d+\./);
  });

  test("a claim that waits for its first consumer", async () => {
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } };
    const made = await create(CLAIM, "late", object(CLAIM, { name: "late" }, { spec }));
    expect(made.outputs["status"]).toMatchObject({ phase: "Pending" });
    await remove(made);
  });

  test("what the annotation waitFor names", async () => {
    const wait = (expression: string, name: string): PropertyMap =>
      object(
        CONFIG_MAP,
        {
          name,
          annotations: { "pulumi.com/waitFor": expression, "pulumi.com/timeoutSeconds": "60" },
        },
        {
          data: { phase: "new" },
        },
      );
    const waited = create(CONFIG_MAP, "w", wait("jsonpath={.data.phase}=done", "w"));
    const inputs = object(CONFIG_MAP, { name: "w" }, {});
    await expect
      .poll(
        () =>
          drift(inputs, "w", [{ op: "replace", path: "/data/phase", value: "done" }]).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    expect((await waited).outputs["data"]).toEqual({ phase: "done" });
  });
});

describe.concurrent("what does not become ready is recorded with what is wrong", () => {
  test("a Deployment whose image is not there, which the next change mends", async () => {
    const bad = patient(15, workload(DEPLOYMENT, "absent", {}, absent));
    const failure = await partialOf(create(DEPLOYMENT, "absent", bad));
    expect(failure.reasons[0]).toMatch(
      /was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: 'absent' timed out waiting to be Ready/,
    );
    expect(failure.reasons.join("\n")).toMatch(/Minimum number of live Pods[^]*ErrImageNeverPull/);
    const call = newCall(DEPLOYMENT, "absent");
    const left = { ...failure, call, inputs: bad, log: [] };
    expect((await partialOf(read(left))).reasons[0]).toBe(
      "Resource 'absent' was created but failed to initialize",
    );
    const mended = await update(left, patient(60, workload(DEPLOYMENT, "absent", {})));
    expect(mended.outputs["status"]).toMatchObject({ readyReplicas: 1 });
    await remove(mended);
  });

  test("a StatefulSet whose pods answer nothing", async () => {
    const bad = patient(8, workload(STATEFUL_SET, "deaf", { serviceName: "deaf" }, deaf));
    const failure = await partialOf(create(STATEFUL_SET, "deaf", bad));
    expect(failure.reasons).toContain("0 out of 1 replicas succeeded readiness checks");
    expect(failure.outputs["kind"]).toBe("StatefulSet");
  });

  test("a Service with no pods, and an Ingress without a controller", async () => {
    const spec = { type: "LoadBalancer", selector: { app: "nobody" }, ports: [{ port: 80 }] };
    const service = patient(3, object(SERVICE, { name: "lonely" }, { spec }));
    expect((await partialOf(create(SERVICE, "lonely", service))).reasons.slice(1)).toEqual([
      "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
      "Service was not allocated an IP address; does your cloud provider support this?",
    ]);
    const backend = { service: { name: "lonely", port: { number: 80 } } };
    const rules = [{ http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
    const ingress = patient(3, object(INGRESS, { name: "i" }, { spec: { rules } }));
    expect((await partialOf(create(INGRESS, "i", ingress))).message).toContain(
      ".status.loadBalancer field was not updated",
    );
  });

  test("the user's own time-out and a cancelled run", async () => {
    const { inputs } = await lab.check(
      POD,
      "p",
      object(POD, { name: "slow" }, { spec: { containers: [deaf] } }),
    );
    const limit = new AbortController();
    const call = { ...newCall(POD, "p"), signal: limit.signal };
    const waited = partialOf(provider.create({ ...call, inputs, preview: false }));
    setTimeout(() => limit.abort(), 3000);
    const failure = await waited;
    expect(failure.message).toContain('Resource operation was cancelled for "slow"');
    expect(failure.message).toContain("[Pod");
    expect(nameOf(failure.outputs)).toBe("slow");
  });

  test("skipAwait waits for nothing", async () => {
    const annotations = { "pulumi.com/skipAwait": "true" };
    const inputs = workload(DEPLOYMENT, "unwatched", {}, absent);
    const metadata = { ...(inputs["metadata"] as PropertyMap), annotations };
    const made = await create(DEPLOYMENT, "unwatched", { ...inputs, metadata });
    expect(made.log).toEqual(["Skipping await logic"]);
    await remove(made);
  });
});
