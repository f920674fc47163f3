import type { SynapSettings } from "./systems/synap.ts";
import type { SynapseDBSettings } from "./systems/synapsedb.ts";
import type { SynaxicSettings } from "./systems/synaxic.ts";

export type { HostSettings } from "./common.ts";
export type { SynapSettings, SynapseDBSettings, SynaxicSettings };

/** The settings with nothing left to decide: every default filled in, every reference resolved, all checks passed. */
export type Settings = SynapseDBSettings | SynaxicSettings | SynapSettings;
