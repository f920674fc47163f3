import { Failure } from "../support/failure.ts";
import type { Exec } from "../support/container.ts";
import type { SettingsOf } from "../support/fleet.ts";
import type { Changes } from "../support/stack-config.ts";
import { postgresService } from "./postgres.ts";
import { redisService } from "./redis.ts";
import { synapService } from "./synap.ts";

/** What can be done with the roles of one replicated service of a system. Members go by their names in the settings. */
export interface Service {
  readonly title: string;
  /** Who leads at present. */
  leader(): Promise<string | undefined>;
  /** Hands over while all is well; nothing is lost. Tells who leads then. */
  switchover(to?: string): Promise<string>;
  /** Makes a member the leader when the one that led is lost. */
  promote(member: string, options: { readonly acceptDataLoss: boolean }): Promise<void>;
  /** Has a member throw its data away and copy another's. */
  reinit?(member: string): Promise<void>;
  /** Settings that say the same as what was done, so that no later `up` has it otherwise. */
  settingsAfter?(leader: string): Changes | undefined;
}

/** The services of a stack, by the name that `--service` takes; the first is meant when none is named. */
export function servicesOf(
  settings: SettingsOf<"synaxic" | "synap">,
  exec: Exec,
): Readonly<Record<string, Service>> {
  return settings.system === "synap"
    ? { synap: synapService(settings, exec) }
    : { postgres: postgresService(settings, exec), redis: redisService(settings, exec) };
}

export function serviceOf(
  settings: SettingsOf<"synaxic" | "synap">,
  exec: Exec,
  asked: string | undefined,
): Service {
  const services = servicesOf(settings, exec);
  const names = Object.keys(services);
  const service = services[asked ?? names[0]!];
  if (service) return service;
  throw new Failure(`--service: got ${asked}; allowed: ${names.join(", ")}.`);
}
