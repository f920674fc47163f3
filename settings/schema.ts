/** What may be set, by system: which settings there are, what follows from them, and which rules hold between them. */
import * as synap from "./systems/synap.ts";
import * as synapsedb from "./systems/synapsedb.ts";
import * as synaxic from "./systems/synaxic.ts";

export const systems = { synapsedb, synaxic, synap };

export type SystemName = keyof typeof systems;
export const systemNames = Object.keys(systems) as SystemName[];
export const defaultSystem: SystemName = "synapsedb";
