/** What the initialiser has seen of one manager and its member. */
export interface ManagerProgress {
  readonly manager: string;
  readonly member: string;
  readonly error?: string;
  readonly healthy: boolean;
  readonly initialised: boolean;
  readonly meshComplete: boolean;
  readonly marked: boolean;
  readonly admitted: boolean;
  readonly reason: string;
}

export interface EndpointProgress {
  readonly name: string;
  readonly error?: string;
}

/** All that the initialiser waits for. */
export interface Progress {
  readonly initialised: boolean;
  readonly managers: readonly ManagerProgress[];
  /** Name of etcd's leader, or why there is not exactly one. */
  readonly leader: { readonly name: string } | { readonly error: string };
  readonly balancer: readonly EndpointProgress[];
}

export type Step =
  | { readonly kind: "wait"; readonly missing: readonly string[] }
  /** The mesh is complete: mark the cluster, so that the managers may open their members. */
  | { readonly kind: "initialise" }
  | { readonly kind: "done" };

/**
 * Nobody is admitted before the mark and the mark is not set before the mesh is complete; admission and
 * the balancer are only waited for after it. So no part waits for one that waits for it.
 */
export function nextStep(progress: Progress): Step {
  const missing: string[] = [];
  for (const entry of progress.managers) {
    const fault = managerFault(entry, progress.initialised);
    if (fault !== undefined) missing.push(fault);
  }
  if ("error" in progress.leader) missing.push(`etcd: ${progress.leader.error}`);
  if (progress.initialised) {
    for (const { name, error } of progress.balancer) {
      if (error !== undefined) missing.push(`balancer ${name}: ${error}`);
    }
  }
  if (missing.length > 0) return { kind: "wait", missing };
  return progress.initialised ? { kind: "done" } : { kind: "initialise" };
}

function managerFault(entry: ManagerProgress, initialised: boolean): string | undefined {
  const { manager, member } = entry;
  if (entry.error !== undefined) return `${manager}: ${entry.error}`;
  if (!entry.healthy) return `${manager}: not healthy`;
  if (!entry.meshComplete) return `${member}: mesh not complete (${entry.reason})`;
  if (!entry.marked) return `${member}: not marked as joined in etcd`;
  if (initialised && !entry.admitted) return `${member}: not admitted (${entry.reason})`;
  return undefined;
}

/** The table printed at the end. */
export function progressTable(progress: Progress): string {
  const rows = [
    ["member", "manager", "admitted", "why"],
    ...progress.managers.map((entry) => [
      entry.member,
      entry.manager,
      entry.admitted ? "yes" : "no",
      entry.error ?? entry.reason,
    ]),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "),
  );
  const leader = "name" in progress.leader ? progress.leader.name : progress.leader.error;
  const balancer = progress.balancer.map(
    ({ name, error }) => `balancer ${name}: ${error ?? "answers"}`,
  );
  return [...lines, `etcd leader: ${leader}`, ...balancer].join("\n");
}
