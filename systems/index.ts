/** Whole systems: what other Pulumi programs import from "synfleet/systems". */
export { placement, SynapseDB } from "./synapsedb.ts";
export type { SynapseDBArgs, SynapseDBEndpoints } from "./synapsedb-args.ts";
