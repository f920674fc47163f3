/** Whole systems: what other Pulumi programs import from "synfleet/systems". */
export { placement, SynapseDB } from "./synapsedb.ts";
export type { SynapseDBArgs, SynapseDBEndpoints } from "./synapsedb-args.ts";
export { Synaxic } from "./synaxic.ts";
export type { SynaxicArgs, SynaxicEndpoints, SynaxicMember } from "./synaxic-args.ts";
export { synaxicPlacement } from "./synaxic-watch.ts";
export { Synap, synapPlacement, type SynapArgs, type SynapEndpoints } from "./synap.ts";
