/** How a cluster is asked before there is a program that changes it. */
import { execFile } from "node:child_process";
import { namespaceOf } from "./access.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import { deploymentSelector, selectorText } from "./objects.ts";

/** What `kubectl` said; the code is undefined where there is no such program. */
export interface Said {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param input for its standard input */
export type Kubectl = (words: readonly string[], input?: string) => Promise<Said>;

/** Asks a cluster for JSON. */
export type Ask = (...words: readonly string[]) => Promise<Said>;

export const kubectl: Kubectl = (words, input = "") =>
  new Promise((resolve) => {
    const options = { timeout: 30_000, maxBuffer: 64 << 20 };
    const child = execFile("kubectl", [...words], options, (error, stdout, stderr) => {
      const isAbsent = (error?.code as unknown) === "ENOENT";
      resolve({ code: isAbsent ? undefined : error ? 1 : 0, stdout, stderr });
    });
    // One that ends before it has read all says itself why.
    child.stdin?.on("error", () => undefined).end(input);
  });

/** Asks the cluster of a context. */
export const asking =
  (context: string, by: Kubectl = kubectl): Ask =>
  (...words) =>
    by(["--context", context, ...words, "--output", "json"]);

/** What is said where a cluster cannot be asked. Pure. */
export const silence = (context: string, words: string): string =>
  `synfleet:kubernetes.context: got "${context}", which does not answer: ${words}; allowed: a cluster that answers. ` +
  `What runs there may be well all the same. Look at what kubectl --context ${context} get --raw /readyz says, and run this again.`;

/** That a cluster did not say what it was asked: it may have it all the same. */
export class Unanswered extends Error {}

/** What it said; undefined where one may not ask that, as the rights tell. */
export function toldIn({ code, stdout, stderr }: Said): string | undefined {
  if (code === 0) return stdout;
  if (/forbidden/i.test(stderr)) return undefined;
  throw new Unanswered(stderr.trim() || "no word within half a minute");
}

/** The objects of a list; undefined where one may not look at them. */
export async function itemsOf<T>(ask: Ask, ...words: readonly string[]): Promise<T[] | undefined> {
  const told = toldIn(await ask("get", ...words));
  return told === undefined ? undefined : (JSON.parse(told) as { items: T[] }).items;
}

/** The deployment's own objects of some kinds; undefined where one may not look at them. */
export function ownItemsOf<T>(
  ask: Ask,
  kinds: string,
  args: Pick<KubernetesPlatformArgs, "prefix" | "namespace">,
): Promise<T[] | undefined> {
  const selector = selectorText(deploymentSelector(args.prefix));
  const of = ["--namespace", namespaceOf(args), "--selector", selector];
  return itemsOf<T>(ask, kinds, ...of);
}
