/** What is asked of a cluster before anything of a deployment is registered. */
import * as pulumi from "@pulumi/pulumi";
import { namespaceOf } from "./access.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import { ingressProblems } from "./ingress-problems.ts";
import {
  asking,
  kubectl as ordinary,
  ownItemsOf,
  silence,
  toldIn,
  Unanswered,
  type Ask,
  type Kubectl,
} from "./kubectl.ts";
import { nodeProblems } from "./nodes.ts";
import { operatorProblems } from "./operator.ts";
import { pullSecretProblems } from "./pull-secrets.ts";
import { rightsProblems } from "./rights.ts";
import { present, storageProblems, type Claim } from "./storage.ts";

interface Asked extends KubernetesPlatformArgs {
  /** Members of the largest set. */
  readonly largestSet?: number;
}

type Warn = (text: string) => void;

/** The oldest minor version of Kubernetes 1 on which this was tried. */
const PROVEN = 34;
const OWNER = "org.synfleet.fleet";
const ENFORCED = "pod-security.kubernetes.io/enforce";

/**
 * Throws one error that lists all that is wrong; nothing was changed then. Else gives the names of the volumes that the cluster has of the deployment, if it shows
 * them.
 */
export async function clusterPreflight(
  args: Asked,
  kubectl: Kubectl = ordinary,
  warn: Warn = (text) => void pulumi.log.warn(text),
): Promise<readonly string[] | undefined> {
  const by = { kubectl, ask: asking(args.context, kubectl), warn };
  refuse(await connectionProblems(args.context, by));
  try {
    const claims = await ownItemsOf<Claim>(by.ask, "persistentvolumeclaims", args);
    refuse(await problemsOf(args, claims ?? [], by));
    return claims && present(claims);
  } catch (error) {
    if (error instanceof Unanswered) refuse([silence(args.context, error.message)]);
    throw error;
  }
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new pulumi.RunError(
    [
      "The cluster is not fit for this; nothing was changed.",
      ...problems.map((one) => `  ${one}`),
    ].join("\n"),
  );
}

interface By {
  readonly kubectl: Kubectl;
  readonly ask: Ask;
  readonly warn: Warn;
}

async function connectionProblems(context: string, { kubectl, ask, warn }: By): Promise<string[]> {
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
  const version = await ask("version", "--request-timeout=10s");
  if (version.code !== 0) return [silence(context, version.stderr.trim())];
  sayVersion(version.stdout, context, warn);
  return [];
}

async function problemsOf(
  args: Asked,
  claims: readonly Claim[],
  { kubectl, ask, warn }: By,
): Promise<string[]> {
  const found = await namespaceOn(args, ask);
  return [
    ...namespaceProblems(args, found, warn),
    ...(await rightsProblems(args, found !== undefined, kubectl)),
    ...(await pullSecretProblems(args, kubectl)),
    ...(await operatorProblems(args, kubectl, ask)),
    ...(await ingressProblems(args, ask)),
    ...(await storageProblems(args, claims, ask)),
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

interface Namespace {
  readonly labels?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
}

/** What it says of itself; undefined where there is none, or one may not look at it, which the rights tell. */
async function namespaceOn(args: Asked, ask: Ask): Promise<Namespace | undefined> {
  const asked = await ask("get", "namespace", namespaceOf(args), "--ignore-not-found");
  const told = toldIn(asked)?.trim();
  return told ? (JSON.parse(told) as { metadata: Namespace }).metadata : undefined;
}

function namespaceProblems(args: Asked, found: Namespace | undefined, warn: Warn): string[] {
  if (found === undefined) return [];
  const { context, prefix } = args;
  const { labels = {}, deletionTimestamp } = found;
  const namespace = namespaceOf(args);
  if (deletionTimestamp !== undefined)
    return [
      `synfleet:kubernetes.namespace: got ${namespace}, which is being deleted; allowed: one that stays. When it is gone, see docs/kubernetes.md, What can be lost: kubectl --context ${context} wait --for=delete namespace/${namespace}`,
    ];
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
