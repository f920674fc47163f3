import { expect, test } from "vitest";
import type { ScrapeJob } from "../../monitoring/prometheus.ts";
import { serviceMonitor, watchedParts, watcherAdmitted } from "./monitors.ts";
import { selectorOf } from "./objects.ts";

const at = (host: string, member?: string) => ({ host, port: 15500, ...(member && { member }) });
const jobs: readonly ScrapeJob[] = [
  { name: "synap", targets: [at("synap1", "synap1"), at("synap2")], access: "certificate" },
  { name: "synap-member", targets: [at("synap1")], access: "certificate", path: "/own" },
  { name: "balancer", targets: [{ host: "balancer", port: 8404 }], access: "statistics" },
  { name: "manager", targets: [{ host: "manager1", port: 8080 }], access: "manager-token" },
];
const [synap1, , balancer, manager1] = watchedParts(jobs);
const selector = selectorOf("orders", "synap1");
const of = (key: string) => ({ name: "access", key });
const common = { scheme: "https", interval: "15s", scrapeTimeout: "10s" };

test("each part is watched by itself, once for each job", () => {
  expect(watchedParts(jobs).map(({ alias, targets }) => [alias, targets.length])).toEqual([
    ["synap1", 2],
    ["synap2", 1],
    ["balancer", 1],
    ["manager1", 1],
  ]);
});

test("a part proves its name, the Prometheus its own, and series have the labels that rules go by", () => {
  const tlsConfig = {
    ...{ serverName: "synap1", ca: { secret: of("ca.crt") } },
    ...{ cert: { secret: of("tls.crt") }, keySecret: of("tls.key") },
  };
  expect(serviceMonitor(synap1!, selector, "access")).toEqual({
    selector: { matchLabels: selector },
    endpoints: [
      {
        ...{ ...common, port: "port-15500", tlsConfig },
        relabelings: [
          { targetLabel: "job", replacement: "synap" },
          { targetLabel: "instance", replacement: "synap1" },
          { targetLabel: "member", replacement: "synap1" },
        ],
      },
      {
        ...{ ...common, port: "port-15500", path: "/own", tlsConfig },
        relabelings: [
          { targetLabel: "job", replacement: "synap-member" },
          { targetLabel: "instance", replacement: "synap1" },
        ],
      },
    ],
  });
});

test("who looks at a common name alone is shown a certificate that has no other", () => {
  const etcd: ScrapeJob = {
    ...{ name: "etcd", targets: [{ host: "etcd1", port: 2381 }], access: "common-name" },
  };
  const [part] = watchedParts([etcd]);
  expect(serviceMonitor(part!, selector, "access").endpoints).toMatchObject([
    { tlsConfig: { cert: { secret: of("name.crt") }, keySecret: of("name.key") } },
  ]);
});

test("who asks for a password or a token gets it, and no certificate", () => {
  const tlsConfig = (serverName: string) => ({ serverName, ca: { secret: of("ca.crt") } });
  expect(serviceMonitor(balancer!, selector, "access").endpoints).toMatchObject([
    {
      tlsConfig: tlsConfig("balancer"),
      basicAuth: { username: of("username"), password: of("password") },
    },
  ]);
  const [endpoint] = serviceMonitor(manager1!, selector, "access").endpoints;
  expect(endpoint).toMatchObject({
    ...{ tlsConfig: tlsConfig("manager1"), honorLabels: true },
    authorization: { type: "Bearer", credentials: of("manager-token") },
  });
  expect(Object.keys((endpoint as { tlsConfig: object }).tlsConfig)).toEqual(["ca", "serverName"]);
});

test("the operator's Prometheus of the one namespace is admitted to what it reads, once", () => {
  expect(watcherAdmitted(synap1!, selector, "metrics")).toEqual({
    podSelector: { matchLabels: selector },
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "metrics" } },
            podSelector: {
              matchLabels: {
                "app.kubernetes.io/managed-by": "prometheus-operator",
                "app.kubernetes.io/name": "prometheus",
              },
            },
          },
        ],
        ports: [{ port: 15500, protocol: "TCP" }],
      },
    ],
  });
});
