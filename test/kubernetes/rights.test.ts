/** A system that is brought up by somebody who may do what docs/kubernetes.md says, and nothing else. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clusterPreflight } from "../../components/platform/kubernetes/preflight.ts";
import { must } from "../lab/process.ts";
import { synapServer } from "../support/synap-server.ts";
import { OnCluster } from "./stack.ts";

let site: OnCluster;
let directory: string;
const context = "deployer";
const account = () => `system:serviceaccount:${site.namespace}:deployer`;
const admin = (words: readonly string[], input?: string) =>
  must(["kubectl", "--context", site.context, ...words], input === undefined ? {} : { input });

beforeAll(async () => {
  await synapServer();
  site = await OnCluster.create("synap");
  directory = await mkdtemp(join(tmpdir(), "synfleet-rights-"));
  await admin(["create", "namespace", site.namespace]);
  await admin(["label", "namespace", site.namespace, `org.synfleet.fleet=${site.namespace}`]);
  await site.kubectl("create", "serviceaccount", context);
  await useContext();
}, 300_000);
afterAll(async () => {
  await admin(["delete", "clusterrole,clusterrolebinding", "--selector", label()]);
  await site?.remove();
  await rm(directory, { recursive: true, force: true });
});
const label = () => `test=${site.namespace}`;

/** A kubeconfig in which the service account has a context beside the administrator's. */
async function useContext(): Promise<void> {
  const file = join(directory, "kubeconfig");
  await writeFile(file, await readFile(process.env["KUBECONFIG"]!), { mode: 0o600 });
  process.env["KUBECONFIG"] = file;
  const text = await must(["kubectl", "config", "view", "--raw", "--output", "json"]);
  const config = JSON.parse(text) as {
    contexts: { name: string; context: { cluster: string } }[];
    users: object[];
  };
  const { cluster } = config.contexts.find(({ name }) => name === site.context)!.context;
  const token = await site.kubectl("create", "token", context, "--duration", "1h");
  config.users.push({ name: context, user: { token } });
  config.contexts.push({ name: context, context: { cluster, user: context } as never });
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  site.deployment.env["KUBECONFIG"] = file;
}

test("who may nothing is told all of it, before anything is changed", async () => {
  const refused = clusterPreflight({ prefix: site.namespace, context });
  await expect(refused).rejects.toThrow(
    new RegExp(
      `got deployer, which may not get, patch, create namespaces ${site.namespace}; get, list, watch, create, patch, delete configmaps in .*poddisruptionbudgets.policy in .*pods/exec in`,
    ),
  );
});

test("the role of the documentation is enough to bring a system up and change it", async () => {
  const text = await readFile(new URL("../../docs/kubernetes.md", import.meta.url), "utf8");
  const role = /```yaml\n(apiVersion: rbac[^]*?)```/.exec(text)![1]!;
  const own = `synfleet-${site.namespace}`;
  await admin(["create", "--filename", "-"], role.replace("name: synfleet", `name: ${own}`));
  await site.kubectl("create", "rolebinding", own, "--clusterrole", own, "--user", account());
  const itself = `${own}-itself`;
  await admin([
    ...["create", "clusterrole", itself, "--verb", "get,patch", "--resource", "namespaces"],
    ...["--resource-name", site.namespace],
  ]);
  await admin([
    ...["create", "clusterrolebinding", itself, "--clusterrole", itself, "--user", account()],
  ]);
  await admin(["label", "clusterrole", own, itself, label()]);
  await admin(["label", "clusterrolebinding", itself, label()]);
  await site.setCluster({ context });
  await site.deployment.up();
  await site.deployment.set({ synap: { maxMemoryMiB: 80 } });
  await site.deployment.up();
});

test("a member that finds no node of its own stops a change at the first, also where nobody may look at nodes", async () => {
  const before = await site.pods();
  await site.setCluster({ spread: "required" });
  await site.deployment.set({ readySeconds: 20 });
  await expect(site.deployment.up()).rejects.toThrow(
    /(synap\d) is not ready after 20 s: not placed on a node: .*didn't match pod anti-affinity/,
  );
  const after = await site.pods();
  const members = ["synap1", "synap2", "synap3"];
  expect(members.filter((name) => after[name] !== before[name])).toHaveLength(1);
  await site.setCluster({ spread: "preferred" });
  await site.deployment.set({ readySeconds: 300 });
  await site.deployment.up();
});

test("it is enough to take it down", async () => {
  await site.deployment.destroy();
  expect(await site.objects("statefulsets,deployments,pods")).toEqual([]);
});
