/** bootstrap.conf as text: what the entry program of a member makes roles, database and schema from. Pure. */
import { plainName } from "./names.ts";

export interface BootstrapArgs {
  /** Name of this member, which is also its address in the cluster's network. Fixed for the member's life. */
  readonly member: string;
  /** Its number, 1 to 16: the residue of the keys it hands out. Fixed for the member's life, never used by another. */
  readonly number: number;
  /** Database of the application. Default `synapsedb`. Another name makes another database; the old one stays. */
  readonly database?: string;
  /** Default `synapsedb`. Another name makes another user. */
  readonly applicationUser?: string;
  /** Extensions made in the application's database at the start. Default `vector`. More of them: no restart. */
  readonly extensions?: readonly string[] | undefined;
  /** How long a member waits between leaving the balancer and its restart, in seconds. Default 3. No restart. */
  readonly drainSeconds?: number;
}

/** bootstrap.conf: what roles, database and schema are made from. KEY=value lines. A change is applied without a restart. */
export function bootstrapConf(args: BootstrapArgs): string {
  if (!Number.isInteger(args.number) || args.number < 1 || args.number > 16) {
    throw new Error(
      `number of member "${args.member}" is ${args.number}. Allowed: a whole number from 1 to 16.`,
    );
  }
  return [
    `member=${plainName("member", args.member)}`,
    `number=${args.number}`,
    `database=${plainName("database", args.database ?? "synapsedb")}`,
    `application_user=${plainName("applicationUser", args.applicationUser ?? "synapsedb")}`,
    `extensions=${(args.extensions ?? ["vector"]).map((name) => plainName("extensions", name)).join(",")}`,
    `drain_seconds=${args.drainSeconds ?? 3}`,
  ]
    .map((line) => `${line}\n`)
    .join("");
}
