import type { Exec } from "../support/container.ts";
import type { SettingsOf } from "../support/fleet.ts";
import { Failure } from "../support/failure.ts";
import { synapPromote, synapStates } from "../support/synap.ts";
import type { Service } from "./service.ts";

/** The members of a Synap stack. */
export function synapService(settings: SettingsOf<"synap">, exec: Exec): Service {
  const names = settings.members.map(({ name }) => name);
  const states = () => synapStates(exec, names);
  return {
    title: "Synap",
    leader: async () => (await states()).find(({ mode }) => mode === "master")?.name,
    switchover: async (to) => {
      const fit = (await states()).filter(({ mode, ready }) => mode === "replica" && ready);
      const target = to ?? fit[0]?.name;
      if (target === undefined || !fit.some(({ name }) => name === target)) {
        const allowed = fit.map(({ name }) => name).join(", ") || "none at present";
        throw new Failure(
          `switchover: got ${to ?? "no name"}; allowed: a replica that has caught up: ${allowed}.`,
        );
      }
      await synapPromote(exec, target, {});
      return target;
    },
    promote: (member, options) => synapPromote(exec, member, options),
    settingsAfter: (leader) => (settings.master === leader ? undefined : { master: leader }),
  };
}
