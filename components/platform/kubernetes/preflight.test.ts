import { expect, test } from "vitest";
import { clusterPreflight, type Kubectl } from "./preflight.ts";

const said = (stdout: string) => ({ code: 0, stdout, stderr: "" });
const defaultClass = {
  metadata: {
    name: "standard",
    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
  },
};
const fast = { metadata: { name: "fast" } };

const full = { spec: { taints: [{ key: "control-plane", effect: "NoSchedule" }] } };
const drained = { spec: { unschedulable: true } };

/** A cluster that answers, by what is asked. */
const cluster =
  (
    answers: Partial<
      Record<"contexts" | "namespace" | "storageclasses" | "nodes", Awaited<ReturnType<Kubectl>>>
    >,
  ): Kubectl =>
  (...words) => {
    const all = {
      contexts: said("kind\nlab\n"),
      namespace: said(""),
      storageclasses: said(JSON.stringify({ items: [defaultClass, fast] })),
      nodes: said(JSON.stringify({ items: [{}, {}, {}, full, drained] })),
      ...answers,
    };
    if (words.includes("get-contexts")) return Promise.resolve(all.contexts);
    expect(words.slice(0, 2)).toEqual(["--context", "lab"]);
    const asked = (["namespace", "storageclasses", "nodes"] as const).find((kind) =>
      words.includes(kind),
    );
    return Promise.resolve(all[asked!]);
  };
const namespace = (labels?: Record<string, string>) =>
  said(JSON.stringify({ metadata: { name: "orders", labels } }));
const args = { prefix: "orders", context: "lab" };

test.each([
  ["without the namespace", {}],
  ["with its own namespace", { namespace: namespace({ "org.synfleet.fleet": "orders" }) }],
  ["that shows no nodes", { nodes: { code: 1, stdout: "", stderr: "forbidden" } }],
  ["that shows no classes", { storageclasses: { code: 1, stdout: "", stderr: "forbidden" } }],
])("a cluster %s is fit", async (_, answers) => {
  await expect(clusterPreflight(args, cluster(answers))).resolves.toBeUndefined();
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
    { namespace: { code: 1, stdout: "", stderr: "connection refused\n" } },
    /kubernetes\.context: lab does not answer: connection refused/,
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
    "fewer nodes than the largest set has members",
    { ...args, spread: "required", largestSet: 4 },
    {},
    /kubernetes\.spread: got "required", with a set of 4 members on 3 nodes that take pods; allowed: a node for each member\. Add nodes/,
  ],
] as const)("%s is refused", async (_, given, answers, message) => {
  await expect(clusterPreflight(given, cluster(answers))).rejects.toThrow(message);
});

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
