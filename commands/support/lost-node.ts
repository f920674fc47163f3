/** A host that is gone for good and was a node of a Swarm: what the managers that are left have to forget of it. */
import { Failure } from "./failure.ts";
import {
  hostOf,
  hostsIn,
  SERVICE,
  SWARM_MEMBER,
  type Reached,
  type State,
  type StateResource,
} from "./lost-host.ts";
import type { Ended } from "./process.ts";

export interface LostNode {
  readonly host: string;
  /** Empty where it was not yet in the Swarm. */
  readonly id: string;
  /** What was pinned to it, by the names that the Swarm knows. */
  readonly services: readonly string[];
  /** The other hosts that manage the Swarm. */
  readonly managers: ReadonlyMap<string, Reached>;
}

/** Runs Docker's client on a host's engine. */
export type Ask = (at: Reached, words: readonly string[]) => Promise<Ended>;

/** What a manager says of the nodes when most managers agree, and where it can be asked. */
export interface Verdict {
  readonly at: Reached;
  /** What the lost host still is to them; nothing where they have forgotten it. */
  readonly role: "manager" | "worker" | undefined;
}

/** @param forgotten what of the state goes with the host. Pure. */
export function nodeIn(state: State, host: string, forgotten: readonly StateResource[]): LostNode {
  const { resources = [] } = state;
  const hosts = hostsIn(state);
  const managing = resources.filter(
    ({ type, inputs }) => type === SWARM_MEMBER && inputs?.["role"] === "manager",
  );
  const others = managing.map(hostOf).flatMap((name) => {
    const reached = name === undefined || name === host ? undefined : hosts.get(name);
    return reached ? [[name!, reached] as const] : [];
  });
  return {
    host,
    id: String(forgotten.find(({ type }) => type === SWARM_MEMBER)?.outputs?.["nodeId"] ?? ""),
    services: forgotten
      .filter(({ type }) => type === SERVICE)
      .map(({ inputs }) => String(inputs?.["name"])),
    managers: new Map(others),
  };
}

const NODES = ["node", "ls", "--format", "{{.ID}} {{.Status}} {{.ManagerStatus}}"];

/** Asks one manager after the other; refuses what they cannot decide any more, and a host that they still hear. Changes nothing. */
export async function verdictOn({ host, id, managers }: LostNode, ask: Ask): Promise<Verdict> {
  if (managers.size === 0) {
    throw new Failure(
      `forget-host: ${host} is the only manager of its Swarm; allowed: a host whose Swarm has other managers, as one of three hosts has. Without it nothing can be changed there, and what runs on the other hosts goes on. Bring it back with its disk; where that is lost, see docs/hosts.md, "A host that is gone for good".`,
    );
  }
  const silent: string[] = [];
  for (const [name, at] of managers) {
    const { code, stdout, stderr } = await ask(at, NODES);
    if (code === 0) return { at, role: roleOf(host, nodeOf(stdout, id)) };
    silent.push(`${name}: ${stderr.trim().split("\n").at(-1) || "no answer"}`);
  }
  throw new Failure(
    `forget-host: got no manager of the Swarm that can take ${host} out of it (${silent.join("; ")}); allowed: a Swarm of which most managers are at work. Bring one of them back; where most are lost for good, run docker swarm init --force-new-cluster --advertise-addr ADDRESS on one that is left, and then this again.`,
  );
}

const nodeOf = (text: string, id: string) =>
  text
    .split("\n")
    .map((line) => line.split(" "))
    .find(([known]) => known === id && id !== "");

function roleOf(host: string, node: readonly string[] | undefined): Verdict["role"] {
  if (!node) return undefined;
  const [, status, managing] = node;
  if (status === "Down") return managing ? "manager" : "worker";
  throw new Failure(
    `forget-host: the managers of the Swarm see ${host} as ${status}; allowed: a host that they see as Down. One that has stopped they see so within a minute or two; one that they hear runs, though it cannot be reached from here.`,
  );
}

/** Takes it out of the Swarm, with what was to run there and nowhere else. What is gone already is left alone, so that it can be run again. */
export async function takeOut(
  { host, id, services }: LostNode,
  { at, role }: Verdict,
  ask: Ask,
): Promise<void> {
  const must = async (...words: string[]) => {
    const { code, stdout, stderr } = await ask(at, words);
    if (code === 0) return stdout;
    throw new Failure(
      `forget-host: docker ${words.join(" ")} failed on a manager: ${stderr.trim()}; ${host} is still in the state. Run this again.`,
    );
  };
  const known = new Set((await must("service", "ls", "--format", "{{.Name}}")).split("\n"));
  // The next up makes them again, after their volumes: a task that is there first would have the Swarm make volumes without labels.
  const left = services.filter((name) => known.has(name));
  if (left.length > 0) await must("service", "rm", ...left);
  // As a manager that is lost it would count against the majority of the others.
  if (role === "manager") await must("node", "demote", id);
  if (role) await must("node", "rm", "--force", id);
}
