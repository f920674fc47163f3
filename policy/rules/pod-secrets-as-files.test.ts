import { Secret } from "@pulumi/policy";
import { describe, expect, test } from "vitest";
import { KubernetesPlatform } from "../../components/platform/kubernetes/kubernetes.ts";
import { parseSettings } from "../../settings/read.ts";
import type { SynapSettings, SynapseDBSettings, SynaxicSettings } from "../../settings/settings.ts";
import { Synap } from "../../systems/synap.ts";
import { SynapseDB } from "../../systems/synapsedb.ts";
import { Synaxic } from "../../systems/synaxic.ts";
import { deploy, isSecret, providerOutputs } from "../../test/support/deploy.ts";
import { ask, container, unknown, type Subject } from "../testing/run.ts";
import { podHardened, podSecretsAsFiles } from "./index.ts";

const own = {
  name: "main",
  env: [
    { name: "TZ", value: "UTC" },
    { name: "PASSWORD_FILE", value: "/etc/synfleet/secrets/password" },
    { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
  ],
  envFrom: [{ configMapRef: { name: "plain" } }],
  args: ["serve", "--token-file", "/etc/synfleet/secrets/token"],
};
const labels = { "app.kubernetes.io/instance": "orders" };

/** Accepted; each test breaks it in one place. */
const set = (changes: object = {}, beside: object = {}): Subject => ({
  ...{ type: "kubernetes:apps/v1:StatefulSet", name: "alpha" },
  props: {
    metadata: { labels },
    spec: {
      template: {
        metadata: { labels },
        spec: { containers: [{ ...own, ...changes }], ...beside },
      },
    },
  },
});
const running = (type: string, spec: object): Subject => ({
  ...{ type: `kubernetes:${type}`, name: "alpha", props: { metadata: { labels }, spec } },
});

test("one without a secret is accepted, and what is no pod is not looked at", async () => {
  expect(await ask(podSecretsAsFiles, set())).toEqual([]);
  expect(await ask(podSecretsAsFiles, container())).toBe("not applicable");
  const files = {
    type: "kubernetes:core/v1:Secret",
    name: "alpha",
    props: { data: { a: "eA==" } },
  };
  expect(await ask(podSecretsAsFiles, files)).toBe("not applicable");
});

const password = { name: "DB_PASSWORD", value: "hunter2" };

describe("one is refused", () => {
  test.each<[string, Subject, string]>([
    ["with a password in its environment", set({ env: [password] }), "env: DB_PASSWORD holds"],
    [
      "with credentials in an address there",
      set({ env: [{ name: "URL", value: "postgres://u:hunter2@host/db" }] }),
      "container main: env: URL holds a secret",
    ],
    [
      "whose environment has a key of a Secret",
      set({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "login", key: "a" } } }] }),
      "env: A is from a Secret",
    ],
    [
      "whose environment is a Secret",
      set({ envFrom: [{ secretRef: { name: "login" } }] }),
      "envFrom: Secret login is the environment",
    ],
    [
      "with a password as argument",
      set({ args: ["--password=hunter2"] }),
      "args: --password gives",
    ],
    ["with a token in its command", set({ command: ["a", "--token", "hunter2"] }), "command: --t"],
    [
      "whose probe has one",
      set({ readinessProbe: { exec: { command: ["ask", "--password=hunter2"] } } }),
      "readinessProbe: --password gives",
    ],
    [
      "whose end has one",
      set({ lifecycle: { preStop: { exec: { command: ["leave", "--password=hunter2"] } } } }),
      "preStop: --password gives",
    ],
    [
      "that begins so",
      set({}, { initContainers: [{ name: "first", env: [password] }] }),
      "container first: env: DB_PASSWORD",
    ],
    [
      "with a key in an annotation",
      {
        ...set(),
        props: {
          ...set().props,
          metadata: { annotations: { note: "-----BEGIN EC PRIVATE KEY-----" } },
        },
      },
      "note of its labels or annotations holds",
    ],
    [
      "with a marked value",
      set({ env: [{ name: "A", value: new Secret("x") }] }),
      "env holds a va",
    ],
    [
      "with marked arguments",
      set({ args: new Secret(["x"]) }),
      "args holds a value that is marked",
    ],
    [
      "with a mark on the whole",
      {
        ...set(),
        props: { spec: { template: { spec: new Secret({ containers: [{ args: ["x"] }] }) } } },
      },
      "args holds a value that is marked",
    ],
  ])("%s", async (_, subject, text) => {
    const said = await ask(podSecretsAsFiles, subject);
    expect(said).toEqual([expect.stringContaining(text)]);
    expect(JSON.stringify(said)).not.toContain("hunter2");
  });

  const pod = { containers: [{ ...own, env: [password] }] };
  const template = { metadata: { labels }, spec: pod };
  test.each<[string, object]>([
    ["core/v1:Pod", pod],
    ["apps/v1:StatefulSet", { template }],
    ["apps/v1:Deployment", { template }],
    ["apps/v1:DaemonSet", { template }],
    ["batch/v1:Job", { template }],
    ["batch/v1:CronJob", { jobTemplate: { spec: { template } } }],
  ])("as a %s", async (type, spec) => {
    expect(await ask(podSecretsAsFiles, running(type, spec))).toHaveLength(1);
  });
});

test("nothing is said yet about a label that is not known", async () => {
  const template = { metadata: { labels: { spec: unknown } } };
  expect(await ask(podSecretsAsFiles, { ...set(), props: { spec: { template } } })).toBe("unknown");
});

describe("a whole system on a cluster", () => {
  const settings = (system: string) =>
    parseSettings({
      system,
      platform: "kubernetes",
      kubernetes: { context: "lab", images: "loaded" },
    });
  const args = {
    synaxic: settings("synaxic") as SynaxicSettings,
    synapsedb: settings("synapsedb") as SynapseDBSettings,
    synap: settings("synap") as SynapSettings,
  };
  const on = {
    prefix: "orders",
    context: "lab",
    images: "loaded",
    hosts: args.synap.hosts,
  } as const;
  const platform = () => new KubernetesPlatform("platform", on);

  test.each<[string, () => void]>([
    ["Synaxic", () => void new Synaxic("orders", { ...args.synaxic, platform: platform() })],
    ["SynapseDB", () => void new SynapseDB("orders", { ...args.synapsedb, platform: platform() })],
    ["Synap", () => void new Synap("orders", { ...args.synap, platform: platform() })],
  ])("%s is accepted", async (_, program) => {
    const resources = await deploy(program, { outputs: providerOutputs });
    const pods = resources.filter(({ type }) => /:(StatefulSet|Deployment|Job)$/.test(type));
    expect(pods.length).toBeGreaterThan(3);
    for (const { type, name, inputs } of pods)
      for (const rule of [podSecretsAsFiles, podHardened])
        expect([name, await ask(rule, { type, name, props: withMarks(inputs) as never })]).toEqual([
          name,
          [],
        ]);
  });
});

/** Marks as the policy host hands them out. */
function withMarks(value: unknown): unknown {
  if (isSecret(value)) return new Secret(withMarks((value as { value: unknown }).value));
  if (Array.isArray(value)) return value.map(withMarks);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withMarks(item)]));
}
