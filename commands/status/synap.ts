/** Synap as its members see themselves. */
import type { Exec } from "../support/container.ts";
import type { SettingsOf } from "../support/fleet.ts";
import { synapStates, type SynapState } from "../support/synap.ts";
import { indent, table } from "../support/table.ts";
import type { Report } from "./report.ts";

export async function reportSynap(settings: SettingsOf<"synap">, exec: Exec): Promise<Report> {
  const states = await synapStates(
    exec,
    settings.members.map(({ name }) => name),
  );
  return { sections: [["Members", synapTable(states)]], healthy: synapHealthy(states) };
}

/** Pure: one master, and everybody ready. */
export function synapHealthy(states: readonly SynapState[]): boolean {
  return (
    states.filter(({ mode }) => mode === "master").length === 1 &&
    states.every(({ ready }) => ready)
  );
}

export function synapTable(states: readonly SynapState[]): string {
  const rows = states.map(({ name, mode, ready, behind, bytes, reason }) => [
    ...[name, mode, ready ? "ready" : "not ready"],
    ...[behind === undefined ? "-" : String(behind), bytes === undefined ? "-" : String(bytes)],
    reason ?? "",
  ]);
  return table(
    [["member", "role", "state", "operations behind", "log bytes", "reason"], ...rows].map(indent),
  );
}
