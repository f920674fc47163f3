import type { Observation } from "../cluster/observation.ts";
import { seen } from "../cluster/observation.ts";
import { type Decision, type Memory, decide, emptyMemory } from "../cluster/decide.ts";
import type { MemberStatus } from "../cluster/status.ts";
import { memberOf, observationOf, statusOf, testConfig } from "./fixtures.ts";

export const config = testConfig();
export const own = memberOf(config, "postgres1");
export const run = (observation: Observation, memory: Memory = emptyMemory, of = own) =>
  decide(config, of, memory, observation);
export const kinds = (decision: Decision) => decision.actions.map((action) => action.kind);

/** Looks once a second at the same thing (or at what `at` says) and returns the last decision. */
export function watch(
  seconds: number,
  at: (second: number) => Partial<Observation>,
  memory: Memory = emptyMemory,
): Decision {
  let decision = run(observationOf({ ...at(0), nowMs: 0 }), memory);
  for (let second = 1; second <= seconds; second++) {
    decision = run(observationOf({ ...at(second), nowMs: second * 1000 }), decision.memory);
  }
  return decision;
}

export const withSubscription = (status: string, change: Partial<MemberStatus> = {}) => {
  const base = statusOf("postgres1", change);
  const subscriptions = (base.subscriptions ?? []).map((entry) =>
    entry.peer === "postgres2" ? { ...entry, status } : entry,
  );
  return seen({ ...base, subscriptions });
};
export const lagging = (name: string, confirmed: string, change: Partial<MemberStatus> = {}) => {
  const base = statusOf(name, change);
  return seen({
    ...base,
    slots: (base.slots ?? []).map((slot) => ({ ...slot, confirmed_flush_lsn: confirmed })),
  });
};
/** A verdict that a start has wiped away. */
export const closed = { admitted: false, reason: "not judged since the start" };
