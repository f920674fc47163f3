/** What is asked of a cluster before anything of a deployment is registered. */
import { execFile } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { namespaceOf } from "./access.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import { nodeProblems } from "./nodes.ts";

/** What `kubectl` said; the code is undefined where there is no such program. */
interface Said {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export type Kubectl = (...words: readonly string[]) => Promise<Said>;

type Asked = Pick<
  KubernetesPlatformArgs,
  "prefix" | "context" | "namespace" | "storageClass" | "spread"
> & {
  /** Members of the largest set. */
  readonly largestSet?: number;
};

const run: Kubectl = (...words) =>
  new Promise((resolve) => {
    execFile("kubectl", [...words], { timeout: 30_000 }, (error, stdout, stderr) => {
      const isAbsent = (error?.code as unknown) === "ENOENT";
      resolve({ code: isAbsent ? undefined : error ? 1 : 0, stdout, stderr });
    });
  });

type Warn = (text: string) => void;

/** Throws one error that lists all that is wrong; nothing was changed then. */
export async function clusterPreflight(
  args: Asked,
  kubectl: Kubectl = run,
  warn: Warn = (text) => void pulumi.log.warn(text),
): Promise<void> {
  const problems = await problemsOf(args, kubectl, warn);
  if (problems.length === 0) return;
  throw new pulumi.RunError(
    [
      "The cluster is not fit for this; nothing was changed.",
      ...problems.map((one) => `  ${one}`),
    ].join("\n"),
  );
}

async function problemsOf(args: Asked, kubectl: Kubectl, warn: Warn): Promise<string[]> {
  const { context, prefix, storageClass } = args;
  const namespace = namespaceOf(args);
  const ask = (...words: string[]) => kubectl("--context", context, ...words, "--output", "json");
  const contexts = await kubectl("config", "get-contexts", "--output", "name");
  if (contexts.code === undefined)
    return [
      "kubectl: got no such program; allowed: one that reaches the cluster. Install it, of a version of the cluster's.",
    ];
  const known = contexts.stdout.split("\n").filter((name) => name !== "");
  if (!known.includes(context))
    return [
      `synfleet:kubernetes.context: got "${context}"; allowed: ${known.join(", ") || "none: the kubeconfig has no context"}. KUBECONFIG names the file that is read.`,
    ];
  const found = await ask("get", "namespace", namespace, "--ignore-not-found");
  if (found.code !== 0)
    return [`synfleet:kubernetes.context: ${context} does not answer: ${found.stderr.trim()}`];
  const problems: string[] = [];
  const owner = ownerOf(found.stdout);
  if (owner !== undefined && owner !== prefix)
    problems.push(
      `synfleet:kubernetes.namespace: got ${namespace}, which is there and ${owner === "" ? "not Synfleet's" : `belongs to ${owner}`}; allowed: one that is not there, or ${prefix}'s own. ` +
        `Choose another, or hand it over: kubectl --context ${context} label namespace ${namespace} ${OWNER}=${prefix}`,
    );
  problems.push(...(await storageProblems(storageClass, ask)));
  problems.push(...(await nodeProblems(args, ask, warn)));
  return problems;
}

const OWNER = "org.synfleet.fleet";

/** Whose namespace it is; "" where nobody of Synfleet's has it, undefined where there is none. */
function ownerOf(text: string): string | undefined {
  if (text.trim() === "") return undefined;
  const { metadata } = JSON.parse(text) as { metadata: { labels?: Record<string, string> } };
  return metadata.labels?.[OWNER] ?? "";
}

interface StorageClass {
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
}

async function storageProblems(wanted: string | undefined, ask: Kubectl): Promise<string[]> {
  const { code, stdout } = await ask("get", "storageclasses");
  // Whoever may not look at them may use them all the same.
  if (code !== 0) return [];
  const { items } = JSON.parse(stdout) as { items: StorageClass[] };
  const names = items.map(({ metadata }) => metadata.name);
  const standard = items.some(
    ({ metadata }) =>
      metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  );
  if (wanted === undefined ? standard : names.includes(wanted)) return [];
  const got =
    wanted === undefined ? "nothing, and the cluster has no default class" : `"${wanted}"`;
  return [
    `synfleet:kubernetes.storageClass: got ${got}; allowed: ${names.join(", ") || "none: the cluster has no StorageClass"}. kubectl get storageclasses shows them.`,
  ];
}
