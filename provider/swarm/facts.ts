/** What hosts and managers say of a Swarm, read. Pure. */

/** What a host says of itself. */
export interface Place {
  /** Docker's word: inactive, pending, active, error, locked. */
  readonly state: string;
  readonly nodeId: string;
  readonly isManager: boolean;
  /** Where it is asked to admit others. */
  readonly address: string;
}

/** What a manager says of a node. */
export interface Node {
  readonly role: "manager" | "worker";
  readonly isReady: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

export function parsePlace(text: string): Place {
  const [state = "", nodeId = "", isManager, address = ""] = text.split("\n");
  return { state, nodeId, isManager: isManager === "true", address };
}

/** Nothing where the manager knows no such node. */
export function parseNode(text: string): Node | undefined {
  const [role, state, labels] = text.split("\n");
  if (role !== "manager" && role !== "worker") return undefined;
  return {
    role,
    isReady: state === "ready",
    labels: (JSON.parse(labels || "{}") ?? {}) as Record<string, string>,
  };
}

/** What a node's labels need to become what is wanted: "+key=value" and "-key". Somebody else's stay. */
export function updatesOf(
  { labels }: Node,
  wanted: Readonly<Record<string, string>>,
  gone: readonly string[],
): string[] {
  return [
    ...Object.entries(wanted)
      .filter(([key, value]) => labels[key] !== value)
      .map(([key, value]) => `+${key}=${value}`),
    ...gone.filter((key) => key in labels).map((key) => `-${key}`),
  ];
}
