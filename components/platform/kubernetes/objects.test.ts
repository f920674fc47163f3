import { describe, expect, test } from "vitest";
import type { WorkloadSpec } from "../platform.ts";
import { advertisedFor, endpointOf } from "./access.ts";
import { admitted, amongParts, defaultDeny } from "./network.ts";
import {
  claim,
  clientService,
  deployment,
  headlessService,
  isWatched,
  runnerOf,
  selectorOf,
  statefulSet,
} from "./objects.ts";

const spec: WorkloadSpec = {
  alias: "alpha",
  host: "cluster",
  image: { reference: "example/server:1" },
  files: {},
  volumes: [{ name: "data", path: "/var/lib/synfleet" }],
  ports: [{ internal: 5432, published: 30432 }, { internal: 9000 }],
  limits: { memoryMiB: 256, cpus: 0.5 },
  stopSeconds: 90,
};
const stateless = { ...spec, volumes: [] };
const metadata = { name: "alpha", namespace: "orders", labels: { a: "b" } };
const selector = selectorOf("orders", "alpha");
const at = {
  ...{ image: { reference: "example/server:1", pullPolicy: "Never" as const }, labels: selector },
  ...{ files: { sources: [], names: [] }, claims: { data: "alpha-data" } },
  ...{ watched: false, fingerprint: "f" },
};

describe("what runs a workload", () => {
  test.each([
    ["StatefulSet", spec, {}],
    ["StatefulSet", stateless, { peers: ["beta"] }],
    ["Deployment", stateless, {}],
    ["Deployment", stateless, { peers: [] }],
    ["Job", { ...stateless, oneShot: true }, {}],
  ] as const)("is a %s", (runner, given, options) => {
    expect(runnerOf(given, options)).toBe(runner);
  });

  test.each([
    [true, "without data or peers", stateless, {}],
    [true, "that is ready alone", stateless, { peers: ["beta"], readyAlone: true }],
    [false, "that has data", spec, {}],
    [false, "of a set", stateless, { peers: ["beta"] }],
  ] as const)("is killed for not being well: %s, one %s", (is, _, given, options) => {
    expect(isWatched(given, options)).toBe(is);
  });
});

test("a member is a set of one that can always be taken back", () => {
  expect(statefulSet(spec, metadata, selector, at).spec).toMatchObject({
    ...{ replicas: 1, serviceName: "alpha", podManagementPolicy: "Parallel" },
    selector: { matchLabels: selector },
    template: { metadata: { labels: selector } },
  });
});

test("what is the same anywhere is replaced by one that is ready", () => {
  expect(deployment(stateless, metadata, selector, at).spec.strategy).toEqual({
    type: "RollingUpdate",
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
  });
});

test("a name leads to the pod itself, ready or not", () => {
  expect(headlessService(spec, metadata, selector).spec).toEqual({
    ...{ clusterIP: "None", publishNotReadyAddresses: true, selector },
    ports: [
      { name: "port-5432", port: 5432, targetPort: 5432, protocol: "TCP" },
      { name: "port-9000", port: 9000, targetPort: 9000, protocol: "TCP" },
    ],
  });
});

describe("clients", () => {
  const port = { name: "port-30432", port: 30432, targetPort: 5432, protocol: "TCP" };

  test.each([
    [undefined, { type: "ClusterIP", ports: [port] }],
    [
      "NodePort" as const,
      {
        ...{ type: "NodePort", externalTrafficPolicy: "Local" },
        ports: [{ ...port, nodePort: 30432 }],
      },
    ],
    [
      "LoadBalancer" as const,
      { type: "LoadBalancer", externalTrafficPolicy: "Local", ports: [port] },
    ],
  ])("come in by published ports alone (%s)", (type, expected) => {
    const { spec: made } = clientService(spec, metadata, selector, { type });
    expect(made).toEqual({ ...expected, selector });
  });

  test.each([
    [{ prefix: "orders" }, "alpha-clients.orders.svc:30432"],
    [{ prefix: "orders", namespace: "shop" }, "alpha-clients.shop.svc:30432"],
    [{ prefix: "orders", service: { address: "db.example.com" } }, "db.example.com:30432"],
  ])("are told %o", (args, expected) => {
    expect(endpointOf(args, "alpha", 30432)).toBe(expected);
  });

  test("verify the Service's names, a forwarded port's, and the address of outside", () => {
    const own = [
      ...["localhost", "alpha-clients", "alpha-clients.orders", "alpha-clients.orders.svc"],
      "alpha-clients.orders.svc.cluster.local",
    ];
    const of = (address?: string) =>
      advertisedFor({ prefix: "orders", service: { address } }, "alpha");
    expect(of()).toEqual({ dnsNames: own, ipAddresses: ["127.0.0.1"] });
    expect(of("db.example.com").dnsNames).toEqual([...own, "db.example.com"]);
    expect(of("192.0.2.1")).toEqual({ dnsNames: own, ipAddresses: ["127.0.0.1", "192.0.2.1"] });
  });
});

test("a volume is claimed from the class that is named, or the cluster's own", () => {
  const resources = { requests: { storage: "10Gi" } };
  expect(claim(metadata, {}).spec).toEqual({ accessModes: ["ReadWriteOnce"], resources });
  expect(claim(metadata, { storageClass: "fast", volumeGiB: 20 }).spec).toMatchObject({
    storageClassName: "fast",
    resources: { requests: { storage: "20Gi" } },
  });
});

describe("the network", () => {
  const parts = { "app.kubernetes.io/instance": "orders" };
  const from = [{ podSelector: { matchLabels: parts } }];

  test("begins with nobody speaking to anybody", () => {
    expect(defaultDeny).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });

  test("lets parts call each other and look up names, and nobody else", () => {
    expect(amongParts(parts)).toEqual({
      podSelector: { matchLabels: parts },
      policyTypes: ["Egress"],
      egress: [
        { to: from },
        {
          ports: [
            { port: 53, protocol: "UDP" },
            { port: 53, protocol: "TCP" },
          ],
        },
      ],
    });
  });

  test("admits parts to what one listens on, and clients to what it publishes", () => {
    const clients = { clientNamespaces: ["shop"], clientCidrs: ["192.0.2.0/24"] };
    expect(admitted(spec, selector, parts, clients)).toEqual({
      podSelector: { matchLabels: selector },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from,
          ports: [
            { port: 5432, protocol: "TCP" },
            { port: 9000, protocol: "TCP" },
          ],
        },
        {
          from: [
            { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } } },
            { ipBlock: { cidr: "192.0.2.0/24" } },
          ],
          ports: [{ port: 5432, protocol: "TCP" }],
        },
      ],
    });
  });

  test("never has a rule without whom or where, which would be everybody and everywhere", () => {
    const clients = { clientNamespaces: ["shop"] };
    expect(admitted({ ...spec, ports: [] }, selector, parts, clients).ingress).toEqual([]);
    const inner = { ...spec, ports: [{ internal: 9000 }] };
    expect(admitted(inner, selector, parts, clients).ingress).toHaveLength(1);
    expect(admitted(spec, selector, parts, {}).ingress).toHaveLength(1);
  });
});
