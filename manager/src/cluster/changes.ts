import type { LogLevel } from "../log.ts";
import type { Decision } from "./decide.ts";

export interface Change {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** What is worth a line in the log: a steady cluster writes nothing. */
export function describeChanges(before: Decision | undefined, after: Decision): Change[] {
  const changes: Change[] = [];
  if (
    before?.verdict.admitted !== after.verdict.admitted ||
    before.verdict.reason !== after.verdict.reason
  ) {
    changes.push({ level: "info", message: "verdict", fields: { ...after.verdict } });
  }
  if (before !== undefined && before.initialised !== after.initialised) {
    changes.push({ level: "info", message: "initialised", fields: { now: after.initialised } });
  }
  for (const peer of after.peers) {
    const old = before?.peers.find((entry) => entry.name === peer.name);
    if (old?.presence !== peer.presence) {
      changes.push({
        level: peer.presence === "unreachable" && old !== undefined ? "warn" : "info",
        message: "peer",
        fields: {
          peer: peer.name,
          presence: peer.presence,
          ...(peer.error === undefined ? {} : { error: peer.error }),
        },
      });
    }
    if (old !== undefined && old.subscription !== peer.subscription) {
      changes.push({
        level: peer.subscription === "down" ? "warn" : "info",
        message: "subscription",
        fields: { peer: peer.name, from: old.subscription, to: peer.subscription },
      });
    }
  }
  return changes;
}
