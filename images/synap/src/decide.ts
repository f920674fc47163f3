/** Who this member is, from what it remembers and what the others say. Pure. */
import type { State } from "./state.ts";

/** What another member says of itself, or undefined where it does not answer. */
export type Said = Readonly<Record<string, State | undefined>>;

export interface Circumstances {
  readonly name: string;
  /** The member that the deployment wants as master. */
  readonly declared: string;
  readonly state: State;
  readonly peers: Said;
  /** Whether every peer had its chance to answer since this process started. */
  readonly asked: boolean;
}

export type Role =
  | { readonly role: "master" }
  | { readonly role: "replica"; readonly of: string }
  | { readonly role: "none"; readonly reason: string };

export interface Decision {
  readonly state: State;
  readonly role: Role;
}

export function decide({ name, declared, state, peers, asked }: Circumstances): Decision {
  const known = adopt(state, peers);
  const silent = Object.keys(peers).filter((peer) => peers[peer] === undefined);
  const none = (reason: string, next = known): Decision => ({
    state: next,
    role: { role: "none", reason },
  });
  const rival = Object.values(peers).find(
    (said) => said && said.epoch === known.epoch && said.epoch > 0 && said.master !== known.master,
  );
  if (rival) {
    return none(
      `${known.master} and ${rival.master} were both made master by decision ${known.epoch}: choose one with synap-admin promote`,
    );
  }
  if (state.epoch === 0 && known.master === name) {
    return none(
      `this volume is empty, and ${name} was master with data: promote another member that has it (synap-admin promote MEMBER --accept-data-loss)`,
      state,
    );
  }
  if (known.epoch === 0) {
    if (declared !== name) return none(`${declared} has not come up as master yet`);
    // Its volume may be new because it was lost: then another holds the data, and must be heard first.
    if (silent.length > 0)
      return none(`waiting to hear from ${silent.join(", ")} whether there is data already`);
    return { state: { ...known, epoch: 1, master: name }, role: { role: "master" } };
  }
  if (known.master !== name) return { state: known, role: { role: "replica", of: known.master! } };
  if (known.yields) return none(`handed over to ${known.yields.to}, which has not taken over yet`);
  if (!asked) return none("asking the other members whether one of them has taken over");
  return { state: known, role: { role: "master" } };
}

/** The latest decision that anybody knows of. */
function adopt(state: State, peers: Said): State {
  let latest = state;
  for (const said of Object.values(peers)) {
    if (said && said.epoch > latest.epoch) {
      latest = { epoch: said.epoch, ...(said.master && { master: said.master }) };
    }
  }
  if (latest === state) return state;
  return { ...latest, ...(state.declared && { declared: state.declared }) };
}
