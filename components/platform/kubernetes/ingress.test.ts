import { expect, test } from "vitest";
import {
  deploy,
  inputsOf,
  listed,
  plain,
  providerOutputs,
  type Registered,
} from "../../../test/support/deploy.ts";
import { CertificateAuthority } from "../../pki/authority.ts";
import { HttpProxy } from "../../proxy/proxy.ts";
import type { Ingress } from "./args.ts";
import { ingressSpec } from "./ingress.ts";
import { ingressProblems } from "./ingress-problems.ts";
import type { Said } from "./kubectl.ts";
import { KubernetesPlatform } from "./kubernetes.ts";

const ingress: Ingress = { name: "shop.example.com", namespace: "ingress" };
const app = {
  upstreams: [{ name: "app-main", port: 8080, mode: "write" as const }],
  ...{ serverName: "app", tls: true, healthPath: "/health" },
};
const urls: string[] = [];

const render = (own: Ingress | undefined, names = ["proxy"]): Promise<Registered[]> =>
  deploy(
    () => {
      const platform = new KubernetesPlatform("platform", {
        ...{ prefix: "orders", context: "lab", images: "loaded", ingress: own },
      });
      const authority = new CertificateAuthority("authority", { commonName: "orders" });
      const ports = { http: 15080, https: 15443 };
      for (const name of names) {
        const given = { platform, authority, host: "cluster", app, ports };
        urls.push(new HttpProxy(name, given).url);
      }
    },
    { outputs: providerOutputs },
  );

test("an Ingress, whom it verifies and who is admitted are all that comes beside the proxy", async () => {
  const [before, after] = [listed(await render(undefined)), listed(await render(ingress))];
  expect(after.filter((line) => !before.includes(line))).toEqual([
    "Ingress proxy-ingress",
    "NetworkPolicy proxy-entered",
    "Secret proxy-authority-secrets",
  ]);
  expect(before.filter((line) => !after.includes(line))).toEqual([]);
  expect(urls.slice(-2)).toEqual([
    "https://proxy-clients.orders.svc:15443",
    "https://shop.example.com",
  ]);
});

test("the controller speaks TLS to the proxy, and verifies it by the deployment's authority", async () => {
  const resources = await render({ ...ingress, annotations: { "example.com/own": "1" } });
  const { metadata, spec } = inputsOf(resources, "proxy-ingress", "Ingress");
  const secret = inputsOf(resources, "proxy-authority-secrets", "Secret");
  expect(metadata).toMatchObject({ name: "proxy", namespace: "orders" });
  expect(metadata.annotations).toEqual({
    "example.com/own": "1",
    "pulumi.com/skipAwait": "true",
    "nginx.ingress.kubernetes.io/backend-protocol": "HTTPS",
    "nginx.ingress.kubernetes.io/proxy-body-size": "0",
    "nginx.ingress.kubernetes.io/proxy-ssl-name": "proxy",
    "nginx.ingress.kubernetes.io/proxy-ssl-protocols": "TLSv1.2 TLSv1.3",
    "nginx.ingress.kubernetes.io/proxy-ssl-secret": `orders/${secret["metadata"].name}`,
    "nginx.ingress.kubernetes.io/proxy-ssl-server-name": "on",
    "nginx.ingress.kubernetes.io/proxy-ssl-verify": "on",
  });
  expect(Object.keys(plain(secret["data"]) as object)).toEqual(["ca.crt"]);
  const backend = { service: { name: "proxy-clients", port: { number: 15443 } } };
  expect(spec).toEqual({
    tls: [{ hosts: ["shop.example.com"] }],
    rules: [
      {
        host: "shop.example.com",
        http: { paths: [{ path: "/", pathType: "Prefix", backend }] },
      },
    ],
  });
});

test("a class and a certificate are named where they are given", () => {
  const service = { name: "proxy-clients", port: 443 };
  expect(ingressSpec({ ...ingress, className: "nginx", tlsSecret: "shop" }, service)).toMatchObject(
    { ingressClassName: "nginx", tls: [{ hosts: ["shop.example.com"], secretName: "shop" }] },
  );
});

test("the controller's namespace is admitted where the proxy takes HTTPS, and nowhere else", async () => {
  const { spec } = inputsOf(await render(ingress), "proxy-entered", "NetworkPolicy");
  expect(spec.ingress).toEqual([
    {
      from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } } }],
      ports: [{ port: 8443, protocol: "TCP" }],
    },
  ]);
});

test("the proxy tells the app of the port that browsers use, and believes those that it is told to", async () => {
  const confOf = async (own: Ingress | undefined) =>
    inputsOf(await render(own), "proxy-config", "ConfigMap")["data"]["nginx.conf"] as string;
  expect(await confOf(undefined)).toContain("X-Forwarded-Port 15443;");
  const text = await confOf({ ...ingress, trustedCidrs: ["10.244.0.0/16"] });
  expect(text).toContain("X-Forwarded-Port 443;");
  expect(text).toContain("set_real_ip_from 10.244.0.0/16;");
});

test("a site leads to one workload", async () => {
  await expect(render(ingress, ["proxy", "other"])).rejects.toThrow(
    "ingress.name: shop.example.com leads to proxy already, and would to other; allowed: one of them",
  );
});

const said = (stdout: string): Said => ({ code: 0, stdout, stderr: "" });
const named = (name: string, annotations = {}) => ({ metadata: { name, annotations } });
const standard = named("nginx", { "ingressclass.kubernetes.io/is-default-class": "true" });

function problems(classes: object[] | undefined, own: Partial<Ingress> = {}, namespace = "{}") {
  const ask = (...words: readonly string[]) =>
    Promise.resolve(
      words.includes("namespace")
        ? said(namespace)
        : classes
          ? said(JSON.stringify({ items: classes }))
          : { code: 1, stdout: "", stderr: "forbidden" },
    );
  return ingressProblems({ ingress: { ...ingress, ...own } }, ask);
}

test.each([
  ["with a default class", [standard], {}],
  ["with the class", [named("nginx")], { className: "nginx" }],
  ["that does not show its classes", undefined, { className: "other" }],
])("a cluster %s is fit", async (_, classes, own) => {
  expect(await problems(classes, own)).toEqual([]);
});

test.each([
  [
    "no default class",
    [named("nginx")],
    {},
    "ingress.className: got nothing, and the cluster has no default class; allowed: nginx.",
  ],
  ["another class", [standard], { className: "other" }, 'got "other"; allowed: nginx.'],
  ["no controller", [], {}, "allowed: none: the cluster has no Ingress controller."],
])("%s is told", async (_, classes, own, message) => {
  const found = await problems(classes, own);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(message);
});

test("a controller's namespace that is not there is told", async () => {
  expect(await problems([standard], {}, "")).toEqual([
    'synfleet:kubernetes.ingress.namespace: got "ingress", which is not there; allowed: the one in which the Ingress controller\'s pods run.',
  ]);
});
