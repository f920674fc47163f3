/** What is asked of a cluster before anything of a deployment is registered. */
import * as pulumi from "@pulumi/pulumi";
import { namespaceOf } from "./access.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import { kubectl as ordinary, type Ask, type Kubectl } from "./kubectl.ts";
import { nodeProblems } from "./nodes.ts";
import { pullSecretProblems } from "./pull-secrets.ts";
import { rightsProblems } from "./rights.ts";
import { storageProblems } from "./storage.ts";

interface Asked extends KubernetesPlatformArgs {
  /** Members of the largest set. */
  readonly largestSet?: number;
}

type Warn = (text: string) => void;

/** The oldest minor version of Kubernetes 1 on which this was tried. */
const PROVEN = 34;
const OWNER = "org.synfleet.fleet";
const ENFORCED = "pod-security.kubernetes.io/enforce";

/** Throws one error that lists all that is wrong; nothing was changed then. */
export async function clusterPreflight(
  args: Asked,
  kubectl: Kubectl = ordinary,
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
  const { context } = args;
  const contexts = await kubectl(["config", "get-contexts", "--output", "name"]);
  if (contexts.code === undefined)
    return [
      "kubectl: got no such program; allowed: one that reaches the cluster. Install it, of a version of the cluster's.",
    ];
  const known = contexts.stdout.split("\n").filter((name) => name !== "");
  if (!known.includes(context))
    return [
      `synfleet:kubernetes.context: got "${context}"; allowed: ${known.join(", ") || "none: the kubeconfig has no context"}. KUBECONFIG names the file that is read.`,
    ];
  const ask: Ask = (...words) => kubectl(["--context", context, ...words, "--output", "json"]);
  const version = await ask("version");
  if (version.code !== 0)
    return [`synfleet:kubernetes.context: ${context} does not answer: ${version.stderr.trim()}`];
  sayVersion(version.stdout, context, warn);
  const found = await namespaceOn(args, ask);
  return [
    ...namespaceProblems(args, found, warn),
    ...(await rightsProblems(args, found !== undefined, kubectl)),
    ...(await pullSecretProblems(args, kubectl)),
    ...(await storageProblems(args, ask)),
    ...(await nodeProblems(args, ask, warn)),
  ];
}

function sayVersion(text: string, context: string, warn: Warn): void {
  const { serverVersion } = JSON.parse(text) as { serverVersion: { major: string; minor: string } };
  const { major, minor } = serverVersion;
  // Some write "33+".
  if (Number(major) > 1 || Number.parseInt(minor, 10) >= PROVEN) return;
  warn(
    `${context} is Kubernetes ${major}.${minor}; proven is 1.${PROVEN}. Try this on a cluster without data first, or upgrade the cluster.`,
  );
}

type Labels = Readonly<Record<string, string>>;

/** Its labels; undefined where there is none, or one may not look at it, which the rights tell. */
async function namespaceOn(args: Asked, ask: Ask): Promise<Labels | undefined> {
  const { stdout } = await ask("get", "namespace", namespaceOf(args), "--ignore-not-found");
  if (stdout.trim() === "") return undefined;
  const { metadata } = JSON.parse(stdout) as { metadata: { labels?: Labels } };
  return metadata.labels ?? {};
}

function namespaceProblems(args: Asked, labels: Labels | undefined, warn: Warn): string[] {
  if (labels === undefined) return [];
  const { context, prefix } = args;
  const namespace = namespaceOf(args);
  const labelled = `kubectl --context ${context} label namespace ${namespace}`;
  const owner = labels[OWNER];
  if (owner !== prefix)
    return [
      `synfleet:kubernetes.namespace: got ${namespace}, which is there and ${owner === undefined ? "not Synfleet's" : `belongs to ${owner}`}; allowed: one that is not there, or ${prefix}'s own. ` +
        `Choose another, or hand it over: ${labelled} ${OWNER}=${prefix}`,
    ];
  const level = labels[ENFORCED];
  if (level !== undefined && level !== "restricted")
    warn(
      `namespace ${namespace} enforces Pod Security "${level}" and not "restricted", so that others may run pods with more rights in it: ${labelled} --overwrite ${ENFORCED}=restricted`,
    );
  return [];
}
