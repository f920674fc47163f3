/** Who leads what at present, as the members themselves tell it. */
import type { Exec } from "../support/container.ts";
import type { SettingsOf } from "../support/fleet.ts";
import { servicesOf } from "./services.ts";

export interface Leader {
  /** "PostgreSQL", "Redis" or "Synap". */
  readonly what: string;
  /** Name of the member in the settings. */
  readonly member: string | undefined;
}

export function leaders(settings: SettingsOf<"synaxic" | "synap">, exec: Exec): Promise<Leader[]> {
  return Promise.all(
    Object.values(servicesOf(settings, exec)).map(async (service) => ({
      what: service.title,
      member: await service.leader(),
    })),
  );
}
