import { expect, test } from "vitest";
import { parseSettings, publishedPorts } from "./read.ts";

const given = {
  ...{ system: "synap", platform: "kubernetes", kubernetes: { context: "lab" } },
  imageRegistry: { address: "registry.example.com" },
};

test("a cluster takes a context and a registry, and the rest follows", () => {
  expect(parseSettings(given)).toMatchObject({
    name: "synap",
    kubernetes: {
      ...{ context: "lab", volumeGiB: 10, keepVolumes: true, images: "registry" },
      ...{ spread: "preferred", imagePullSecrets: [] },
      ...{ clusterDomain: "cluster.local", clientNamespaces: [], service: { type: "ClusterIP" } },
      monitoring: { prometheus: "own" },
    },
  });
});

test("nodes that have the images need no registry", () => {
  const { imageRegistry: _, ...rest } = given;
  const kubernetes = { context: "lab", images: "loaded" };
  expect(parseSettings({ ...rest, kubernetes })).toMatchObject({ kubernetes });
});

test("an operator's Prometheus takes its namespace, and no port of ours", () => {
  const monitoring = { prometheus: "operator", namespace: "metrics", labels: { release: "main" } };
  const service = { type: "NodePort" };
  const settings = parseSettings({
    ...{ ...given, kubernetes: { context: "lab", monitoring, service } },
    ports: { write: 31500, read: 31510, statistics: 31404 },
  });
  expect(settings.kubernetes.monitoring).toEqual(monitoring);
  expect(publishedPorts(settings).map(({ key }) => key)).not.toContain("ports.prometheus");
});

test.each<[string, object, string]>([
  [
    "no context",
    { kubernetes: {} },
    "synfleet:kubernetes.context: got nothing; allowed: a context of your kubeconfig, with platform kubernetes (kubectl config get-contexts shows them)",
  ],
  [
    "no registry",
    { imageRegistry: undefined },
    "synfleet:imageRegistry: got nothing; allowed: a registry that the nodes reach, with platform kubernetes (set it; or load",
  ],
  [
    "a host that is reached by SSH",
    { hosts: [{ name: "a", address: "192.0.2.1", ssh: {} }] },
    "synfleet:hosts[0].ssh: got",
  ],
  [
    "several hosts",
    {
      topology: "several-hosts",
      hosts: [
        { name: "a", address: "192.0.2.1" },
        { name: "b", address: "192.0.2.2" },
      ],
    },
    'synfleet:topology: got "several-hosts"; allowed: nothing, with platform kubernetes: the cluster places parts on its nodes (leave it out)',
  ],
  [
    "an address to publish at",
    { publishAddress: "192.0.2.1" },
    'synfleet:publishAddress: got "192.0.2.1"; allowed: nothing, with platform kubernetes: kubernetes.service says',
  ],
  [
    "a port that nodes do not give out",
    { kubernetes: { context: "lab", service: { type: "NodePort" } } },
    "synfleet:ports.write: got 15500; allowed: 30000 to 32767, with kubernetes.service.type NodePort (choose one of them)",
  ],
  [
    "a namespace that cannot be",
    { kubernetes: { context: "lab", namespace: "My_Space" } },
    'synfleet:kubernetes.namespace: got "My_Space"; allowed: 1 to 63 of a-z, 0-9 and -',
  ],
  [
    "an address that is none",
    { kubernetes: { context: "lab", service: { address: "https://x" } } },
    'synfleet:kubernetes.service.address: got "https://x"; allowed: a name or an IP address',
  ],
  [
    "an operator's Prometheus that is nowhere",
    { kubernetes: { context: "lab", monitoring: { prometheus: "operator" } } },
    "synfleet:kubernetes.monitoring.namespace: got nothing; allowed: the namespace of the operator's Prometheus, with kubernetes.monitoring.prometheus operator (set it",
  ],
  [
    "an operator's Prometheus beside a Grafana of ours",
    {
      kubernetes: { context: "lab", monitoring: { prometheus: "operator", namespace: "metrics" } },
      grafana: true,
    },
    "synfleet:grafana: got true; allowed: false, with kubernetes.monitoring.prometheus operator (leave it out",
  ],
  [
    "a namespace of a Prometheus of ours",
    { kubernetes: { context: "lab", monitoring: { namespace: "metrics" } } },
    'synfleet:kubernetes.monitoring.namespace: got "metrics"; allowed: nothing, with kubernetes.monitoring.prometheus own (leave it out, or set',
  ],
  [
    "an operator without a cluster",
    {
      platform: "docker",
      kubernetes: { monitoring: { prometheus: "operator", namespace: "metrics" } },
    },
    'synfleet:kubernetes.monitoring.prometheus: got "operator"; allowed: own, with platform docker (leave it out',
  ],
  [
    "an Ingress to what is no site",
    { kubernetes: { context: "lab", ingress: { name: "kv.example.com", namespace: "ingress" } } },
    "allowed: nothing, with system synap: it has no site for browsers (leave it out)",
  ],
  [
    "an Ingress without a cluster",
    {
      ...{ system: "synaxic", platform: "docker" },
      kubernetes: { ingress: { name: "shop.example.com", namespace: "ingress" } },
    },
    "allowed: nothing, with platform docker (leave it out)",
  ],
  [
    "an Ingress by a word",
    { kubernetes: { context: "lab", ingress: { name: "shop", namespace: "ingress" } } },
    'synfleet:kubernetes.ingress.name: got "shop"; allowed: a name such as shop.example.com',
  ],
  [
    "a label that none can be",
    { kubernetes: { context: "lab", monitoring: { labels: { release: "a b" } } } },
    'synfleet:kubernetes.monitoring.labels.release: got "a b"; allowed: up to 63 of letters',
  ],
])("%s: refused", (_, changes, message) => {
  expect(() => parseSettings({ ...given, ...changes })).toThrow(message);
});
