/** Etcd, which lets in whoever has a certificate: a Prometheus of the cluster's reads its figures and reaches nothing else of it. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectDirectory } from "../../commands/support/paths.ts";
import { buildImage } from "../../images/build.ts";
import { must } from "../lab/process.ts";
import { until } from "../support/until.ts";
import { kubeconfig } from "../kubernetes/lab.ts";
import { OperatorsPrometheus } from "./prometheus.ts";
import { ProgramStack } from "../kubernetes/program-stack.ts";

const prefix = `synfleet-watched-${randomBytes(3).toString("hex")}`;
let context: string;
let prometheus: OperatorsPrometheus;
let stack: ProgramStack;

const kubectl = (namespace: string, ...words: readonly string[]) =>
  must(["kubectl", "--context", context, "--namespace", namespace, ...words]);

beforeAll(async () => {
  process.env["KUBECONFIG"] = kubeconfig;
  context = await must(["kubectl", "config", "current-context"]);
  const images = [await buildImage("etcd"), await buildImage("prometheus")];
  await must([join(projectDirectory, "test/lab/kubernetes/load-image"), ...images]);
  prometheus = new OperatorsPrometheus(context);
  await prometheus.start();
  const { namespace, labels } = prometheus;
  const monitoring = { prometheus: "operator", namespace, labels };
  stack = await ProgramStack.create("watched.ts", { prefix, context, monitoring });
  await stack.up();
}, 1_500_000);

afterAll(async () => {
  await prometheus?.remove();
  await stack?.remove();
  await must([
    "kubectl",
    "--context",
    context,
    "delete",
    "namespace",
    prefix,
    "--ignore-not-found",
  ]);
}, 300_000);

test("figures are read, by a certificate that has a common name alone", async () => {
  await until(
    "the target",
    async () => {
      const targets = await prometheus.targets();
      const told = targets.map(({ labels: { job, instance }, health, lastError }) => ({
        ...{ job, instance, health, lastError },
      }));
      expect(told).toEqual([{ job: "etcd", instance: "etcd1", health: "up", lastError: "" }]);
      return true;
    },
    { seconds: 180 },
  );
  const leader = `etcd_server_has_leader{namespace="${prefix}"}`;
  expect(await prometheus.query(leader)).toHaveLength(1);
});

test("the port at which anybody with a certificate may write is closed to it", async () => {
  const address = await kubectl(
    ...([prefix, "get", "pod/etcd1-0", "--output", "jsonpath={.status.podIP}"] as const),
  );
  const reaches = async (port: number) => {
    const script = `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/${port}' && echo yes || echo no`;
    const pod = ["exec", "prometheus-main-0", "--container", "prometheus", "--"];
    return kubectl(prometheus.namespace, ...pod, "bash", "-c", script);
  };
  expect([await reaches(2381), await reaches(2379), await reaches(2380)]).toEqual([
    ...["yes", "no", "no"],
  ]);
});
