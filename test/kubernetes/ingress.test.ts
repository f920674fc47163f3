/** Browsers by an Ingress, on a real cluster, by a controller that goes by its words. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectDirectory } from "../../commands/support/paths.ts";
import { buildImage } from "../../images/build.ts";
import { ask } from "../acceptance/checks/https.ts";
import { TestAuthority } from "../integration/manager/certificates.ts";
import { must } from "../lab/process.ts";
import { Controller, type Ingress } from "./controller.ts";
import { kubeconfig } from "./lab.ts";
import { Outsider } from "./outsider.ts";
import { ProgramStack } from "./program-stack.ts";

const prefix = `synfleet-site-${randomBytes(3).toString("hex")}`;
const elsewhere = `${prefix}-ingress`;
const NAME = "shop.example.com";
const TLS = "shop-tls";
const HTTPS_PORT = 8443;

let stack: ProgramStack;
let context: string;
let browsers: TestAuthority;
let controller: Controller;

const admin = (words: readonly string[], input = "") =>
  must(["kubectl", "--context", context, ...words], { input });
const kubectl = (...words: readonly string[]) => admin(["--namespace", prefix, ...words]);
const read = async <T>(kind: string, name: string): Promise<T> =>
  JSON.parse(await kubectl("get", kind, name, "--output", "json")) as T;
const ingress = () => read<Ingress>("ingress", "proxy");
const secretOf = async (name: string) =>
  (await read<{ data: Record<string, string> }>("secret", name)).data;

beforeAll(async () => {
  process.env["KUBECONFIG"] = kubeconfig;
  context = await must(["kubectl", "config", "current-context"]);
  const image = await buildImage("proxy", { log: () => undefined });
  await must([join(projectDirectory, "test/lab/kubernetes/load-image"), image]);
  const way = { name: NAME, namespace: elsewhere, className: "test", tlsSecret: TLS };
  await admin(["create", "namespace", elsewhere]);
  stack = await ProgramStack.create("site.ts", { prefix, context, ingress: way });
  await stack.up();
  browsers = await TestAuthority.create();
  const { cert, key } = await browsers.issue(NAME);
  const data = { "tls.crt": btoa(cert), "tls.key": btoa(key) };
  const secret = { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", data };
  const named = { ...secret, metadata: { name: TLS, namespace: prefix } };
  await admin(["create", "--filename", "-"], JSON.stringify(named));
  controller = new Controller(context, elsewhere);
  await controller.serve(await ingress(), prefix, secretOf);
}, 600_000);

afterAll(async () => {
  await stack?.remove();
  await admin(["delete", "namespace", prefix, elsewhere, "--ignore-not-found"]);
  await browsers?.remove();
}, 300_000);

const browse = async () => {
  const [ca, address] = [browsers.ca, await controller.address()];
  return ask(`https://${NAME}:${HTTPS_PORT}/`, { ca, address });
};

test("an `up` without a change changes nothing", () => stack.up("--expect-no-changes"));

test("a browser reaches the app under the site's name, by the certificate of the settings", async () => {
  expect(await stack.output("url")).toBe(`https://${NAME}`);
  const { status, text } = await browse();
  expect([status, text]).toEqual([200, expect.stringMatching(/^host=app-/)]);
});

test("the controller takes nobody else for the proxy", async () => {
  const { metadata, spec } = await ingress();
  const annotations = {
    ...metadata.annotations,
    "nginx.ingress.kubernetes.io/proxy-ssl-name": "another",
  };
  await controller.serve({ spec, metadata: { annotations } }, prefix, secretOf);
  expect((await browse()).status).toBe(502);
  await controller.serve({ spec, metadata }, prefix, secretOf);
  expect((await browse()).status).toBe(200);
});

test("the authority's Secret holds its certificate and no key", async () => {
  const { metadata } = await ingress();
  const named = metadata.annotations["nginx.ingress.kubernetes.io/proxy-ssl-secret"]!;
  const [namespace, name] = named.split("/");
  expect(namespace).toBe(prefix);
  expect(Object.keys(await secretOf(name!))).toEqual(["ca.crt"]);
});

test("the controller's namespace reaches the proxy's HTTPS port, and nothing else; others reach nothing", async () => {
  const pod = async (part: string) =>
    kubectl(
      ...["get", "pods", "--selector", `app.kubernetes.io/component=${part}`],
      ...["--output", "jsonpath={.items[0].status.podIP}"],
    );
  const [proxy, app] = [await pod("proxy"), await pod("app")];
  const within = await Outsider.in(context, elsewhere);
  const outside = await Outsider.in(context, await strangers());
  const reached = async (one: Outsider) => [
    await one.reaches(proxy, HTTPS_PORT),
    await one.reaches(proxy, 8080),
    await one.reaches(proxy, 8081),
    await one.reaches(app, 8080),
  ];
  expect(await reached(within)).toEqual([true, false, false, false]);
  expect(await reached(outside)).toEqual([false, false, false, false]);
  // Else it could reach nothing anywhere.
  expect(await outside.reaches("kubernetes.default.svc", 443)).toBe(true);
  await admin(["delete", "namespace", await strangers()]);
});

async function strangers(): Promise<string> {
  const name = `${prefix}-strangers`;
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await admin(["apply", "--filename", "-"], JSON.stringify(made));
  return name;
}
