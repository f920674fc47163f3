/** Whether a cluster has as many nodes as a set has members. */
import type { KubernetesPlatformArgs } from "./args.ts";
import { itemsOf, type Ask } from "./kubectl.ts";

interface Node {
  readonly metadata?: { readonly name: string };
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
}

/** Members that wait for a node for ever are a problem, those that share one a warning: who loses that node loses both. */
export async function nodeProblems(
  {
    spread = "preferred",
    largestSet = 1,
  }: Pick<KubernetesPlatformArgs, "spread"> & { readonly largestSet?: number },
  ask: Ask,
  warn: (text: string) => void,
): Promise<string[]> {
  const items = await itemsOf<Node>(ask, "nodes");
  // Whoever may not look at them can still have pods on them.
  if (items === undefined) return [];
  const usable = items.filter(takesPods).length;
  if (usable >= largestSet) return [];
  const others = items.filter((node) => !takesPods(node)).map(nameOf);
  if (spread === "required")
    return [
      `synfleet:kubernetes.spread: got "required", with a set of ${largestSet} members on ${nodes(usable)} fit for pods${listed(others)}; allowed: a node for each member. Add nodes, bring back those that are to take pods, or set it to preferred, by which members share a node.`,
    ];
  warn(
    `members of a set of ${largestSet} share ${nodes(usable)}: all that are on a node are lost with it. Add nodes before there is data that matters (synfleet:kubernetes.spread: required refuses this).`,
  );
  return [];
}

const nameOf = ({ metadata }: Node): string => metadata?.name ?? "?";

/** One that is drained or silent, or is for other pods. */
const listed = (others: readonly string[]): string =>
  others.length === 0 ? "" : ` (not: ${others.join(", ")})`;

function takesPods({ spec: { unschedulable = false, taints = [] } = {} }: Node): boolean {
  return !unschedulable && !taints.some(({ effect }) => effect !== "PreferNoSchedule");
}

const nodes = (count: number): string => `${count} ${count === 1 ? "node" : "nodes"}`;
