/** Whole systems: what other Pulumi programs import from "synfleet/systems". */
export { placement, SynapseDB, type SynapseDBArgs, type SynapseDBEndpoints } from "./synapsedb.ts";
