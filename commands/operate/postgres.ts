import { aliases } from "../../systems/aliases.ts";
import type { Exec } from "../support/container.ts";
import type { SettingsOf } from "../support/fleet.ts";
import * as patroni from "../support/patroni.ts";
import type { Service } from "./service.ts";

/** The streaming PostgreSQL of a Synaxic stack, by the members' names in its settings. */
export function postgresService(settings: SettingsOf<"synaxic">, exec: Exec): Service {
  const names = settings.members.map(({ name }) => name);
  const all = names.map(aliases.postgres);
  const nameOf = (alias?: string) => names.find((name) => aliases.postgres(name) === alias);
  const aliasOf = (name?: string) => (name === undefined ? undefined : aliases.postgres(name));
  const state = () => patroni.clusterState(exec, all);
  return {
    title: "PostgreSQL",
    leader: async () => nameOf((await state()).leader),
    switchover: async (to) => nameOf(await patroni.switchover(exec, all, aliasOf(to)))!,
    promote: (member, options) => patroni.promote(exec, aliases.postgres(member), options),
    reinit: (member) => patroni.reinit(exec, all, aliases.postgres(member)),
    // Of two members only a named one may lead; of more, all may.
    settingsAfter: (leader) =>
      names.length === 2 || settings.postgres.candidates?.includes(leader) === false
        ? { "postgres.candidates": [leader] }
        : undefined,
  };
}
