import { SystemdService, type SystemdServiceArgs } from "synfleet";

const args = JSON.parse(process.env["SERVICE"]!) as SystemdServiceArgs;
export const { dataFolder } = new SystemdService("service", args);
