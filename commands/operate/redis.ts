import { aliases } from "../../systems/aliases.ts";
import type { Exec } from "../support/container.ts";
import type { SettingsOf } from "../support/fleet.ts";
import { redisPromote, redisStates, redisSwitchover } from "../support/redis.ts";
import type { Service } from "./service.ts";

/** The Redis set of a Synaxic stack, by the members' names in its settings. */
export function redisService(settings: SettingsOf<"synaxic">, exec: Exec): Service {
  const names = settings.members.map(({ name }) => name);
  const set = {
    members: names.map(aliases.redis),
    sentinels: settings.sentinels.map(({ name }) => name),
  };
  const nameOf = (alias: string) => names.find((name) => aliases.redis(name) === alias)!;
  return {
    title: "Redis",
    leader: async () => {
      const states = await redisStates(exec, set.members);
      const primary = states.find(({ role }) => role === "primary");
      return primary && nameOf(primary.name);
    },
    switchover: async (to) =>
      nameOf(await redisSwitchover(exec, set, to === undefined ? undefined : aliases.redis(to))),
    promote: (member, options) => redisPromote(exec, set, aliases.redis(member), options),
  };
}
