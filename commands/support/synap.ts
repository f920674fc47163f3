/** What operators ask of a Synap cluster, through the program in its members' containers. */
import { answer, lastWords, type Exec } from "./container.ts";
import type { Ended } from "./process.ts";

export interface SynapState {
  readonly name: string;
  /** `none`: it serves nothing at present; `down`: it does not answer. */
  readonly mode: "master" | "replica" | "none" | "down";
  readonly ready: boolean;
  /** Why it is not ready, or does not answer. */
  readonly reason?: string;
  /** Operations that a master has sent, or a replica has. */
  readonly offset?: number;
  /** Operations that a replica has not got yet; undefined where nobody knows. */
  readonly behind?: number;
  /** Size of its log of changes. */
  readonly bytes?: number;
}

const ADMIN = "/usr/local/bin/synap-admin";

export async function synapStates(
  exec: Exec,
  members: readonly string[],
): Promise<readonly SynapState[]> {
  const answers = await Promise.all(
    members.map(async (name) => synapState(name, await exec(name, [ADMIN, "status"]))),
  );
  return withLag(answers);
}

interface Answer extends SynapState {
  readonly run?: string;
}

/** Pure: what a member's answer means. */
export function synapState(name: string, ended: Ended): Answer {
  if (ended.code !== 0) return { name, mode: "down", ready: false, reason: lastWords(ended) };
  return { ...(JSON.parse(ended.stdout) as Answer), name };
}

/** Pure: how far each replica is behind; offsets of one life of the master say nothing about those of another. */
export function withLag(states: readonly Answer[]): SynapState[] {
  const master = states.find(({ mode }) => mode === "master");
  return states.map(({ run, ...state }) =>
    state.mode === "replica" && run !== undefined && run === master?.run
      ? { ...state, behind: Math.max(0, (master.offset ?? 0) - (state.offset ?? 0)) }
      : state,
  );
}

/** Makes a member the master; refused while nobody can know whether it has all, unless the loss is accepted. */
export async function synapPromote(
  exec: Exec,
  member: string,
  { acceptDataLoss = false }: { readonly acceptDataLoss?: boolean },
): Promise<void> {
  const loss = acceptDataLoss ? ["--accept-data-loss"] : [];
  await answer(exec, member, [ADMIN, "promote", member, ...loss]);
}
