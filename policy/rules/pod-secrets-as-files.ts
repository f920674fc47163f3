import { type ResourceValidationPolicy, Secret } from "@pulumi/policy";
import { commandsOf, containersOf, notesOf, podOf, runsPods, type PodContainer } from "./pods.ts";
import { hasMark, looksSecret, secretWords, unwrapped } from "./secrets.ts";

/** Whoever may look at an object sees what is under these, wherever in it they are. */
const SHOWN = ["env", "args", "command", "labels", "annotations"];
const marked = new Map<string, readonly string[]>();
const remedy = "Mount it from a Secret as a file, and give its path.";

/**
 * A pod's specification is shown to everybody who may look at it, arguments by `ps` on the node too, and the environment, wherever it is from, to each program that the
 * container's own starts, and in what it writes when it crashes. Secrets are mounted.
 */
export const podSecretsAsFiles: ResourceValidationPolicy = {
  name: "pod-secrets-as-files",
  description:
    "No secret in the environment, the arguments, the labels or the annotations of a pod, nor a Secret in its environment.",
  severity: "critical",
  // As in container-secrets-as-files: marks of secrets are shown to remediations alone.
  enforcementLevel: "remediate",
  remediateResource: (args) => {
    if (!runsPods(args.type)) args.notApplicable("not a pod");
    marked.set(args.urn, [...new Set(markedKeys(unwrapped(args.props)))]);
  },
  validateResource: (args, report) => {
    for (const key of marked.get(args.urn) ?? [])
      report(`${key} holds a value that is marked as secret. ${remedy}`);
    for (const container of containersOf(podOf(args)))
      for (const problem of containerProblems(container)) report(`${problem}. ${remedy}`);
    // The last: some of these are not known in a preview, and what is not known ends the asking.
    for (const [name, value] of notesOf(args))
      if (looksSecret(name, value))
        report(`${name} of its labels or annotations holds a secret. ${remedy}`);
  },
};

function containerProblems(container: PodContainer): string[] {
  const { name = "?", env = [], envFrom = [] } = container;
  const problems = [
    ...env.flatMap(({ name: variable, value = "", valueFrom }) => {
      if (valueFrom?.secretKeyRef) return [`env: ${variable} is from a Secret`];
      return looksSecret(variable, value) ? [`env: ${variable} holds a secret`] : [];
    }),
    ...envFrom.flatMap(({ secretRef }) =>
      secretRef ? [`envFrom: Secret ${secretRef.name ?? "?"} is the environment`] : [],
    ),
    ...commandsOf(container).flatMap(([key, words]) =>
      secretWords(words).map((found) => `${key}: ${found}`),
    ),
  ];
  return problems.map((problem) => `container ${name}: ${problem}`);
}

/** What is shown and has a mark in it; a mark on what it is in is one on it. */
function markedKeys(value: unknown, isWithin = false): string[] {
  if (value instanceof Secret) return markedKeys(value.value, true);
  if (Array.isArray(value)) return value.flatMap((item) => markedKeys(item, isWithin));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (SHOWN.includes(key)) return isWithin || hasMark(item) ? [key] : [];
    return markedKeys(item, isWithin);
  });
}
