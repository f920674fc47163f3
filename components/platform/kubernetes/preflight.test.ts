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

/** A cluster that answers, by what is asked. */
const cluster =
  (
    answers: Partial<
      Record<"contexts" | "namespace" | "storageclasses", Awaited<ReturnType<Kubectl>>>
    >,
  ): Kubectl =>
  (...words) => {
    const all = {
      contexts: said("kind\nlab\n"),
      namespace: said(""),
      storageclasses: said(JSON.stringify({ items: [defaultClass, fast] })),
      ...answers,
    };
    if (words.includes("get-contexts")) return Promise.resolve(all.contexts);
    expect(words.slice(0, 2)).toEqual(["--context", "lab"]);
    return Promise.resolve(words.includes("namespace") ? all.namespace : all.storageclasses);
  };
const namespace = (labels?: Record<string, string>) =>
  said(JSON.stringify({ metadata: { name: "orders", labels } }));
const args = { prefix: "orders", context: "lab" };

test.each([
  ["without the namespace", {}],
  ["with its own namespace", { namespace: namespace({ "org.synfleet.fleet": "orders" }) }],
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
] as const)("%s is refused", async (_, given, answers, message) => {
  await expect(clusterPreflight(given, cluster(answers))).rejects.toThrow(message);
});

test("all that is wrong is told at once", async () => {
  const given = { ...args, storageClass: "slow" };
  const refused = clusterPreflight(given, cluster({ namespace: namespace() }));
  await expect(refused).rejects.toThrow(/nothing was changed\.\n.*namespace.*\n.*storageClass/);
});
