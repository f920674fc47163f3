import { expect, test } from "vitest";
import { asking, Unanswered, type Kubectl, type Said } from "./kubectl.ts";
import { operatorProblems } from "./operator.ts";

const said = (stdout: string): Said => ({ code: 0, stdout, stderr: "" });
const failed = (stderr: string): Said => ({ code: 1, stdout: "", stderr });
const kinds = (...names: string[]) =>
  said(JSON.stringify({ resources: names.map((kind) => ({ kind })) }));
const both = kinds("Prometheus", "ServiceMonitor", "PrometheusRule");
const there = said("{}");

function problems(known: Said, namespace: Said, prometheus: "own" | "operator" = "operator") {
  const kubectl: Kubectl = (words) => {
    expect(words.slice(0, 2)).toEqual(["--context", "lab"]);
    return Promise.resolve(words.includes("--raw") ? known : namespace);
  };
  const args = { context: "lab", monitoring: { prometheus, namespace: "metrics" } };
  return operatorProblems(args, kubectl, asking("lab", kubectl));
}

test("a cluster with the operator is fit, also one that does not show its namespaces", async () => {
  expect(await problems(both, there)).toEqual([]);
  expect(await problems(both, failed("forbidden"))).toEqual([]);
});

test("a cluster that does not answer is not taken for one without the operator", async () => {
  await expect(problems(failed("connection refused"), there)).rejects.toThrow(Unanswered);
});

test("a Prometheus of the deployment's own needs none", async () => {
  expect(await problems(failed("NotFound"), said(""), "own")).toEqual([]);
});

test.each<[string, Said, Said, RegExp]>([
  [
    "no operator",
    failed("Error from server (NotFound): the server could not find the requested resource"),
    there,
    /monitoring\.prometheus: got "operator", and lab has no ServiceMonitor and no PrometheusRule of monitoring\.coreos\.com\/v1; allowed: operator where the Prometheus operator is installed, else own\. Install it/,
  ],
  ["one kind that is missing", kinds("ServiceMonitor"), there, /lab has no PrometheusRule of/],
  [
    "a namespace that is not there",
    both,
    said(""),
    /monitoring\.namespace: got "metrics", which is not there; allowed: the one in which/,
  ],
])("%s is told", async (_, known, namespace, message) => {
  const found = await problems(known, namespace);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(message);
});
