import { expect, test } from "vitest";
import {
  deploy,
  inputsOf,
  isSecret,
  listed,
  plain,
  providerOutputs,
  type Registered,
} from "../../../test/support/deploy.ts";
import { MonitoringStack } from "../../monitoring/stack.ts";
import { CertificateAuthority } from "../../pki/authority.ts";
import type { Monitoring } from "./args.ts";
import { KubernetesPlatform } from "./kubernetes.ts";

const operator: Monitoring = { prometheus: "operator", namespace: "metrics" };

const render = (monitoring: Monitoring): Promise<Registered[]> =>
  deploy(
    () => {
      const platform = new KubernetesPlatform("platform", {
        ...{ prefix: "orders", context: "lab", images: "loaded", monitoring },
      });
      new MonitoringStack("monitoring", {
        platform,
        authority: new CertificateAuthority("authority", { commonName: "orders" }),
        ...{ host: "cluster", cluster: "orders", exporters: [] },
        ports: { prometheus: 9090, grafana: 3000 },
        jobs: [
          { name: "etcd", targets: [{ host: "etcd1", port: 2381 }], access: "common-name" },
          { name: "balancer", targets: [{ host: "balancer", port: 8404 }], access: "statistics" },
        ],
        rules: { etcdMembers: 1 },
        managerToken: "t0ken",
        statistics: { user: "watcher", password: "s3cret", bcryptHash: "$2a$hash" },
      });
    },
    { outputs: providerOutputs },
  );

test("the operator's Prometheus is told by objects, and there is none of ours", async () => {
  const told = listed(await render(operator)).filter((line) => !/platform|authority/.test(line));
  expect(told).toEqual([
    "CertRequest prometheus-name-tls-request",
    "CertRequest prometheus-tls-request",
    "Certificate prometheus-name-tls",
    "Certificate prometheus-tls",
    "ConfigMap synfleet-balancer-242ceb24",
    "ConfigMap synfleet-etcd-242ceb24",
    "LocallySignedCert prometheus-name-tls-certificate",
    "LocallySignedCert prometheus-tls-certificate",
    "MonitoringStack monitoring",
    "NetworkPolicy balancer-watched",
    "NetworkPolicy etcd1-watched",
    "PrivateKey prometheus-name-tls-key",
    "PrivateKey prometheus-tls-key",
    "PrometheusRule monitoring-rules",
    "Secret monitoring-secrets",
    "ServiceMonitor balancer-monitor",
    "ServiceMonitor etcd1-monitor",
  ]);
});

test("what proves who asks is in a secret of the namespace, and nowhere else", async () => {
  const resources = await render(operator);
  const secret = resources.find(({ name }) => name === "monitoring-secrets")!;
  expect(isSecret(secret.inputs["data"])).toBe(true);
  const { data, metadata } = inputsOf(resources, "monitoring-secrets", "Secret");
  const inClear = Object.entries(plain(data) as Record<string, string>).map(([key, text]) => [
    key,
    Buffer.from(text, "base64").toString(),
  ]);
  expect(Object.fromEntries(inClear)).toMatchObject({
    ...{ "ca.crt": "CA", username: "watcher", password: "s3cret", "manager-token": "t0ken" },
  });
  for (const { name, inputs } of resources.filter((one) => one !== secret))
    expect([name, /s3cret|t0ken/.test(JSON.stringify(inputs))]).toEqual([name, false]);
  const monitor = inputsOf(resources, "etcd1-monitor", "ServiceMonitor");
  expect(monitor["spec"].endpoints[0].tlsConfig.keySecret).toEqual({
    ...{ name: metadata.name, key: "name.key" },
  });
  const request = inputsOf(resources, "prometheus-name-tls-request", "CertRequest");
  expect(request).toMatchObject({
    ...{ subject: { commonName: "prometheus" }, dnsNames: [], ipAddresses: [] },
  });
});

test("rules are those of our own, of this namespace alone, and tell of a part that is not there", async () => {
  const { spec, metadata } = inputsOf(await render(operator), "monitoring-rules", "PrometheusRule");
  expect(metadata).toMatchObject({ name: "orders", namespace: "orders" });
  const rules = (spec.groups as { name: string; rules: any[] }[]).flatMap((group) => group.rules);
  const ruleOf = (alert: string) => rules.find((rule) => rule.alert === alert);
  expect(ruleOf("EtcdNoLeader")).toMatchObject({
    expr: 'etcd_server_has_leader{namespace="orders"} == 0',
    labels: { severity: "critical", namespace: "orders" },
  });
  expect(ruleOf("EtcdQuorumAtRisk")).toBeUndefined();
  expect(ruleOf("MemberDown")).toBeUndefined();
  expect(ruleOf("PartNotFound").expr).toBe(
    'absent(up{namespace="orders",job="etcd",instance="etcd1"}) or absent(up{namespace="orders",job="balancer",instance="balancer"})',
  );
});

test("the labels of the settings are on what is to be found by them, and on nothing else", async () => {
  const labels = { release: "main" };
  const resources = await render({ ...operator, labels, dashboardLabels: { board: "yes" } });
  const labelled = (label: string) =>
    listed(
      resources.filter(({ inputs }) => {
        const metadata = plain(inputs["metadata"]) as { labels?: object } | undefined;
        return label in (metadata?.labels ?? {});
      }),
    ).map((line) => line.split(" ")[0]);
  expect(labelled("release")).toEqual(["PrometheusRule", "ServiceMonitor", "ServiceMonitor"]);
  expect(labelled("board")).toEqual(["ConfigMap", "ConfigMap"]);
});

test("dashboards ask for this namespace alone, and have an address of their own", async () => {
  const resources = await render(operator);
  const { data } = inputsOf(resources, "synfleet-etcd-242ceb24", "ConfigMap");
  const text = data["synfleet-etcd-242ceb24.json"] as string;
  expect(JSON.parse(text)).toMatchObject({
    ...{ uid: "synfleet-etcd-242ceb24", title: "etcd (orders)" },
  });
  expect(text).toContain(String.raw`sum(etcd_server_has_leader{namespace=\"orders\"})`);
});

test("without a namespace there is nobody to admit", async () => {
  await expect(render({ prometheus: "operator" })).rejects.toThrow(
    "monitoring.namespace: got nothing; allowed: the namespace of the operator's Prometheus",
  );
});
