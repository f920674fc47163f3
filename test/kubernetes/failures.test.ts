import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { PropertyMap } from "../../engine/src/provider.ts";
import { loadProvider } from "../../engine/src/providers/index.ts";
import { cluster, CONFIG_MAP, kubeconfig, newLab, partialOf } from "./lab.ts";

const lab = await newLab();
const { create, live, namespace, newCall, object, update } = lab;
afterAll(() => lab.cleanUp());

const config = (name: string, data: PropertyMap = {}): PropertyMap =>
  object(CONFIG_MAP, { name }, { data });

describe.concurrent("an object that is not ours", () => {
  test("is left alone, and the error names it and what to do", async () => {
    await cluster.create(config("theirs", { a: "1" }), { fieldManager: "them", isDryRun: false });
    await expect(create(CONFIG_MAP, "c", config("theirs", { a: "2" }))).rejects.toThrow(
      /configmaps "theirs" already exists[^]*use `pulumi import`/,
    );
    expect(await live(CONFIG_MAP, "theirs")).toMatchObject({ data: { a: "1" } });
  });

  test("is taken over where the provider is told to", async () => {
    await cluster.create(config("taken", { a: "1" }), { fieldManager: "them", isDryRun: false });
    const provider = await loadProvider("kubernetes");
    provider.prepare!({ kubeconfig: kubeconfig!, upsertExistingObjects: "true" });
    const call = newCall(CONFIG_MAP, "c");
    const { outputs } = await provider.create({
      ...call,
      inputs: config("taken", { b: "2" }),
      preview: false,
    });
    expect(outputs["data"]).toEqual({ a: "1", b: "2" });
  });

  test("has fields that another manages: an update says which, and the state keeps it", async () => {
    const made = await create(CONFIG_MAP, "c", config("fields", { a: "1" }));
    await update(made, { ...config("fields", { a: "1" }), immutable: false });
    const other = { fieldManager: "other", isDryRun: false, force: true };
    await cluster.apply(config("fields", { a: "9" }), "fields", other);
    const failure = await partialOf(update(made, config("fields", { a: "2" })));
    expect(failure.message).toMatch(
      /server-side apply field conflict detected[^]*conflict with "other": \.data\.a/,
    );
    expect(failure.outputs).toMatchObject({ data: { a: "9" }, __inputs: { data: { a: "2" } } });
  });
});

/** The same cluster, entered in another way. */
function changed(change: (config: any) => void): string {
  const config = parse(readFileSync(kubeconfig!, "utf8"));
  change(config);
  return stringify(config);
}

async function attempt(config: PropertyMap): Promise<unknown> {
  const provider = await loadProvider("kubernetes");
  provider.prepare!(config);
  const inputs = object(CONFIG_MAP, { name: "x" }, {});
  return provider.create({ ...newCall(CONFIG_MAP, "x"), inputs, preview: false });
}

describe.concurrent("a cluster that cannot be used", () => {
  const elsewhere = changed(
    (config) => (config.clusters[0].cluster.server = "https://127.0.0.1:1"),
  );

  test("out of reach: creating fails, a preview does not, reading says how to go on", async () => {
    await expect(attempt({ kubeconfig: elsewhere })).rejects.toThrow(
      /configured Kubernetes cluster is unreachable: .*ECONNREFUSED/,
    );
    const provider = await loadProvider("kubernetes");
    provider.prepare!({ kubeconfig: elsewhere });
    const inputs = object(CONFIG_MAP, { name: "x" }, {});
    const call = { ...newCall(CONFIG_MAP, "x"), id: `${namespace}/x` };
    expect(await provider.create({ ...call, inputs, preview: true })).toEqual({
      id: "",
      outputs: inputs,
    });
    await expect(provider.read({ ...call, inputs, outputs: inputs })).rejects.toThrow(
      "PULUMI_K8S_DELETE_UNREACHABLE",
    );
    await expect(provider.delete({ ...call, inputs, outputs: inputs })).rejects.toThrow(
      "PULUMI_K8S_DELETE_UNREACHABLE",
    );
    provider.prepare!({ kubeconfig: elsewhere, deleteUnreachable: "true" });
    expect(await provider.read({ ...call, inputs, outputs: inputs })).toBeUndefined();
    await provider.delete({ ...call, inputs, outputs: inputs });
  });

  test.for<[string, PropertyMap, RegExp]>([
    [
      "no such context",
      { kubeconfig: kubeconfig!, context: "nope" },
      /no context "nope"; there are: /,
    ],
    ["no such file", { kubeconfig: "/nowhere/config" }, /no file \/nowhere\/config/],
    [
      "another server's certificate",
      { kubeconfig: changed((c) => delete c.clusters[0].cluster["certificate-authority-data"]) },
      /unreachable: .*certificate/,
    ],
    [
      "a setting that there is none of",
      { kubeconfig: kubeconfig!, colour: "red" },
      /colour is not a setting; allowed: /,
    ],
    [
      "client-side apply",
      { kubeconfig: kubeconfig!, enableServerSideApply: "false" },
      /enableServerSideApply is not supported/,
    ],
  ])("%s", async ([, config, message]) => {
    await expect(attempt(config)).rejects.toThrow(message);
  });

  test("a stranger is refused with the server's words; a preview shows the inputs", async () => {
    const token = { kubeconfig: changed((c) => (c.users[0].user = { token: "none" })) };
    await expect(attempt(token)).rejects.toThrow(/Unauthorized/);
    const account = object("kubernetes:core/v1:ServiceAccount", { name: "nobody" }, {});
    await cluster.create(account, { fieldManager: "test", isDryRun: false });
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/nobody/token`;
    const spec = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const { status } = await cluster.client.send(path, { method: "POST", body: spec });
    const nobody = {
      kubeconfig: changed((c) => (c.users[0].user = { token: (status as any).token })),
    };
    await expect(attempt(nobody)).rejects.toThrow(/configmaps is forbidden: User .*nobody/);
    const provider = await loadProvider("kubernetes");
    provider.prepare!(nobody);
    const inputs = object(CONFIG_MAP, { name: "x" }, {});
    const tried = await provider.create({ ...newCall(CONFIG_MAP, "x"), inputs, preview: true });
    expect(tried).toEqual({ id: "", outputs: inputs });
  });

  test("a credential plugin is asked", async () => {
    const { user } = parse(readFileSync(kubeconfig!, "utf8")).users[0];
    const pem = (key: string): string => Buffer.from(user[key], "base64").toString();
    const status = {
      clientCertificateData: pem("client-certificate-data"),
      clientKeyData: pem("client-key-data"),
    };
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status,
    };
    const exec = {
      apiVersion: credential.apiVersion,
      command: "printf",
      args: ["%s", JSON.stringify(credential)],
    };
    const made = await attempt({ kubeconfig: changed((c) => (c.users[0].user = { exec })) });
    expect(made).toMatchObject({ id: `${namespace}/x` });
    const broken = {
      kubeconfig: changed((c) => (c.users[0].user = { exec: { ...exec, command: "false" } })),
    };
    await expect(attempt(broken)).rejects.toThrow(/credential plugin false failed/);
  });

  test("a namespace that does not come", async () => {
    const lost = object(CONFIG_MAP, { name: "x", namespace: "engine-never" }, {});
    await expect(create(CONFIG_MAP, "x", lost)).rejects.toThrow(
      'namespaces "engine-never" not found',
    );
  });

  test.for([
    [
      "kubernetes:helm.sh/v3:Release",
      /kubernetes:helm\.sh\/v3:Release is not supported by the offline engine/,
    ],
    ["kubernetes:core/v1:ConfigMapList", /list resources exist for compatibility/],
  ] as const)("%s is refused by name", async ([token, message]) => {
    await expect(create(token, "x", { metadata: { name: "x" } })).rejects.toThrow(message);
  });
});
