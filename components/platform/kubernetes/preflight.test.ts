import { expect, test } from "vitest";
import type { Kubectl } from "./kubectl.ts";
import { clusterPreflight } from "./preflight.ts";

const said = (stdout: string) => ({ code: 0, stdout, stderr: "" });
const defaultClass = {
  metadata: {
    name: "standard",
    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
  },
};
const fast = { metadata: { name: "fast" }, allowVolumeExpansion: true };

const full = {
  metadata: { name: "n4" },
  spec: { taints: [{ key: "control-plane", effect: "NoSchedule" }] },
};
const drained = { metadata: { name: "n5" }, spec: { unschedulable: true } };

type Answers = Partial<
  Record<
    "contexts" | "version" | "namespace" | "storageclasses" | "nodes" | "persistentvolumeclaims",
    Awaited<ReturnType<Kubectl>>
  >
>;
const version = (minor: string) => said(JSON.stringify({ serverVersion: { major: "1", minor } }));

/** A cluster that answers, by what is asked, and permits everything but what is named. */
const cluster =
  (answers: Answers, ...forbidden: string[]): Kubectl =>
  (words, input = "") => {
    const all = {
      contexts: said("kind\nlab\n"),
      version: version("34"),
      namespace: said(""),
      storageclasses: said(JSON.stringify({ items: [defaultClass, fast] })),
      persistentvolumeclaims: said(JSON.stringify({ items: [] })),
      nodes: said(JSON.stringify({ items: [{}, {}, {}, full, drained] })),
      ...answers,
    };
    if (words.includes("get-contexts")) return Promise.resolve(all.contexts);
    if (words.includes("--raw")) return Promise.resolve(said('{"resources": []}'));
    expect(words.slice(0, 2)).toEqual(["--context", "lab"]);
    if (words.includes("secret"))
      return Promise.resolve(said(words.includes("login") ? "kubernetes.io/dockerconfigjson" : ""));
    if (words.includes("create")) {
      const { items } = JSON.parse(input) as { items: { spec: object }[] };
      const told = items.map(({ spec }) =>
        forbidden.some((text) => JSON.stringify(spec).includes(text)) ? "false" : "true",
      );
      return Promise.resolve(said(`${told.join("\n")}\n`));
    }
    const asked = (
      ["version", "persistentvolumeclaims", "namespace", "storageclasses", "nodes"] as const
    ).find((kind) => words.includes(kind));
    return Promise.resolve(all[asked!]);
  };
const claim = (storage: string, storageClassName: string) =>
  said(
    JSON.stringify({
      items: [
        {
          metadata: { name: "synap1-data" },
          spec: { storageClassName, resources: { requests: { storage } } },
        },
      ],
    }),
  );
const namespace = (labels?: Record<string, string>) =>
  said(JSON.stringify({ metadata: { name: "orders", labels } }));
const args = { prefix: "orders", context: "lab" };

test.each([
  ["without the namespace", {}, []],
  ["with its own namespace", { namespace: namespace({ "org.synfleet.fleet": "orders" }) }, []],
  ["whose volumes can grow", { persistentvolumeclaims: claim("5Gi", "fast") }, ["synap1-data"]],
  [
    "whose volumes are as wanted",
    { persistentvolumeclaims: claim("10Gi", "standard") },
    ["synap1-data"],
  ],
  ["that shows no nodes", { nodes: { code: 1, stdout: "", stderr: "forbidden" } }, []],
  ["that shows no classes", { storageclasses: { code: 1, stdout: "", stderr: "forbidden" } }, []],
])("a cluster %s is fit", async (_, answers, volumes) => {
  expect(await clusterPreflight(args, cluster(answers))).toEqual(volumes);
});

test("tells which volumes there are, and of one that was lost that it is not", async () => {
  const items = ["Bound", "Pending", "Lost"].map((phase) => ({
    metadata: { name: `${phase}-data` },
    ...{ spec: { resources: { requests: { storage: "10Gi" } } }, status: { phase } },
  }));
  const answers = { persistentvolumeclaims: said(JSON.stringify({ items })) };
  expect(await clusterPreflight(args, cluster(answers))).toEqual(["Bound-data", "Pending-data"]);
  expect(await clusterPreflight(args, cluster({}))).toEqual([]);
  const hidden = { persistentvolumeclaims: { code: 1, stdout: "", stderr: "forbidden" } };
  expect(await clusterPreflight(args, cluster(hidden))).toBeUndefined();
});

test.each([
  [
    "no kubectl",
    args,
    { contexts: { code: undefined, stdout: "", stderr: "" } },
    /kubectl: got no such program; allowed: one that reaches the cluster/,
  ],
  [
    "a context that is not there",
    { ...args, context: "prod" },
    {},
    /kubernetes\.context: got "prod"; allowed: kind, lab\. KUBECONFIG names/,
  ],
  [
    "no context at all",
    args,
    { contexts: said("") },
    /got "lab"; allowed: none: the kubeconfig has no context/,
  ],
  [
    "no answer",
    args,
    { version: { code: 1, stdout: "", stderr: "connection refused\n" } },
    /kubernetes\.context: got "lab", which does not answer: connection refused; allowed: a cluster that answers/,
  ],
  [
    "somebody's namespace",
    args,
    { namespace: namespace() },
    /kubernetes\.namespace: got orders, which is there and not Synfleet's; allowed: .* label namespace orders org\.synfleet\.fleet=orders/,
  ],
  [
    "another deployment's namespace",
    args,
    { namespace: namespace({ "org.synfleet.fleet": "shop" }) },
    /which is there and belongs to shop/,
  ],
  [
    "a namespace that is being deleted",
    args,
    {
      namespace: said(JSON.stringify({ metadata: { deletionTimestamp: "2026-11-23T00:00:00Z" } })),
    },
    /kubernetes\.namespace: got orders, which is being deleted; allowed: one that stays\. .* wait --for=delete namespace\/orders/,
  ],
  [
    "a class that is not there",
    { ...args, storageClass: "slow" },
    {},
    /kubernetes\.storageClass: got "slow"; allowed: standard, fast/,
  ],
  [
    "no default class",
    args,
    { storageclasses: said(JSON.stringify({ items: [fast] })) },
    /kubernetes\.storageClass: got nothing, and the cluster has no default class; allowed: fast/,
  ],
  [
    "volumes that cannot grow",
    args,
    { persistentvolumeclaims: claim("5Gi", "standard") },
    /kubernetes\.volumeGiB: got 10, and synap1-data has 5 GiB of class standard, which does not let volumes grow; allowed: 5\./,
  ],
  [
    "volumes that would shrink",
    args,
    { persistentvolumeclaims: claim("1Ti", "fast") },
    /kubernetes\.volumeGiB: got 10, and synap1-data has 1024 GiB; allowed: 1024 or more/,
  ],
  [
    "volumes of another class",
    { ...args, storageClass: "fast" },
    { persistentvolumeclaims: claim("10Gi", "standard") },
    /kubernetes\.storageClass: got "fast", and synap1-data has data in standard; allowed: standard/,
  ],
  [
    "a log-in that is not there",
    { ...args, imagePullSecrets: ["login", "other"] },
    {},
    /kubernetes\.imagePullSecrets: got other, which is not there; allowed: a Secret of orders of type .* --namespace orders create secret docker-registry other/,
  ],
  [
    "fewer nodes than the largest set has members",
    { ...args, spread: "required", largestSet: 4 },
    {},
    /kubernetes\.spread: got "required", with a set of 4 members on 3 nodes fit for pods \(not: n4, n5\); allowed: a node for each member\. Add nodes/,
  ],
] as const)("%s is refused", async (_, given, answers, message) => {
  await expect(clusterPreflight(given, cluster(answers))).rejects.toThrow(message);
});

test.each(["namespace", "persistentvolumeclaims", "storageclasses", "nodes"] as const)(
  "a cluster that says nothing of its %s is not taken for one that has none",
  async (kind) => {
    const silent = { code: 1, stdout: "", stderr: "Unable to connect: i/o timeout\n" };
    await expect(clusterPreflight(args, cluster({ [kind]: silent }))).rejects.toThrow(
      /got "lab", which does not answer: Unable to connect: i\/o timeout; allowed: a cluster that answers/,
    );
  },
);

test("all that is wrong is told at once", async () => {
  const given = { ...args, storageClass: "slow" };
  const refused = clusterPreflight(given, cluster({ namespace: namespace() }));
  await expect(refused).rejects.toThrow(/nothing was changed\.\n.*namespace.*\n.*storageClass/);
});

test.each<[string, "required" | "preferred", number, number]>([
  ["no warning where each has a node", "preferred", 3, 0],
  ["no warning where each must have one, and has", "required", 3, 0],
  ["a warning where members share one", "preferred", 4, 1],
])("%s", async (_, spread, largestSet, count) => {
  const warnings: string[] = [];
  const given = { ...args, spread, largestSet };
  await clusterPreflight(given, cluster({}), (text) => warnings.push(text));
  expect(warnings).toHaveLength(count);
  if (count > 0) expect(warnings[0]).toContain("a set of 4 share 3 nodes");
});

test("all rights that are missing are told at once, and nothing of those that are not needed", async () => {
  const refused = (given: object, ...forbidden: string[]) =>
    clusterPreflight({ ...args, ...given }, cluster({}, ...forbidden));
  await expect(refused({}, "statefulsets", '"subresource":"exec"', "namespaces")).rejects.toThrow(
    "got lab, which may not get, patch, create namespaces orders; get, list, watch, create, patch, delete statefulsets.apps in orders; create pods/exec in orders; allowed: one that may.",
  );
  await expect(refused({ keepVolumes: false }, "namespaces")).rejects.toThrow(
    "get, patch, create, delete namespaces orders",
  );
  await expect(refused({}, "servicemonitors")).resolves.toEqual([]);
  const monitoring = { prometheus: "operator", namespace: "metrics" };
  await expect(refused({ monitoring }, "servicemonitors")).rejects.toThrow(
    "get, list, watch, create, patch, delete servicemonitors.monitoring.coreos.com in orders; allowed",
  );
});

test.each<[string, Answers, RegExp | undefined]>([
  ["a version older than proven", { version: version("33+") }, /is Kubernetes 1\.33\+; proven is/],
  ["a later version", { version: version("40") }, undefined],
  [
    "another level of Pod Security",
    {
      namespace: namespace({
        ...{ "org.synfleet.fleet": "orders", "pod-security.kubernetes.io/enforce": "privileged" },
      }),
    },
    /enforces Pod Security "privileged".*label namespace orders --overwrite/,
  ],
])("%s is a warning, or nothing", async (_, answers, expected) => {
  const warnings: string[] = [];
  await clusterPreflight(args, cluster(answers), (text) => warnings.push(text));
  expect(warnings).toHaveLength(expected ? 1 : 0);
  if (expected) expect(warnings[0]).toMatch(expected);
});
