/** Where clients get in, as the hosts' engines see it. */
import type { HealthOf } from "../support/fleet.ts";
import { indent, table } from "../support/table.ts";
import type { Settings } from "../../settings/settings.ts";
import { proxyOf } from "../../systems/entrances.ts";
import type { Report } from "./report.ts";

interface EntranceState {
  readonly name: string;
  readonly host: string;
  readonly state: string;
}

export async function reportEntrances(settings: Settings, health: HealthOf): Promise<Report> {
  const states = await Promise.all(
    partsOf(settings).map(async (part) => ({ ...part, state: await health(part.name) })),
  );
  return { sections: [["Entrances", entrancesTable(states)]], healthy: entrancesHealthy(states) };
}

/** Pure: each balancer, and beside each of a Synaxic its Nginx. */
export function partsOf({ system, balancers }: Pick<Settings, "system" | "balancers">) {
  return balancers.flatMap(({ name, host }) => [
    { name, host },
    ...(system === "synaxic" ? [{ name: proxyOf(name), host }] : []),
  ]);
}

/** Pure: every one of them runs, and none says that it is not well. */
export const entrancesHealthy = (states: readonly EntranceState[]): boolean =>
  states.every(({ state }) => ["healthy", "running"].includes(state));

function entrancesTable(states: readonly EntranceState[]): string {
  const rows = states.map(({ name, host, state }) => [name, host, state]);
  return table([["part", "host", "state"], ...rows].map(indent));
}
