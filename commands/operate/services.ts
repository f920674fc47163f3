import { Failure } from "../support/failure.ts";
import type { Exec } from "../support/container.ts";
import type { SettingsOf } from "../support/fleet.ts";
import { postgresService } from "./postgres.ts";
import { redisService } from "./redis.ts";
import type { Service } from "./service.ts";
import { synapService } from "./synap.ts";

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
