/** Who may connect to a member of a streaming cluster: pg_hba.conf and pg_ident.conf as text. Pure. */
import { network, type PgHbaArgs } from "../access.ts";
import { plainName } from "../names.ts";

/** Nobody without TLS, the machinery by certificate, the application by password. A change is a reload. */
export function streamingHbaConf(args: PgHbaArgs): string {
  const database = plainName("database", args.database);
  const user = plainName("applicationUser", args.applicationUser);
  const own = ["samenet", ...(args.memberNetworks ?? []).map(network)];
  const networks = [...own, ...(args.allowedNetworks ?? []).map(network)];
  return lines([
    "# type  database  user  address  method",
    "local all synfleet peer",
    "local replication synfleet_replicator peer map=local",
    ...own.map((at) => `hostssl replication synfleet_replicator ${at} cert map=synfleet`),
    ...own.map((at) => `hostssl postgres synfleet_rewind ${at} cert map=synfleet`),
    ...own.map((at) => `hostssl postgres,${database} synfleet_monitor ${at} cert map=synfleet`),
    ...networks.map((at) => `hostssl ${database} ${user} ${at} scram-sha-256`),
    "local all all reject",
    "host all all all reject",
  ]);
}

export interface StreamingIdentArgs {
  /** Common names in the certificates of the members and of the exporters. */
  readonly members: readonly string[];
  readonly exporters: readonly string[];
}

/** Which certificate may act as which role of the machinery. A change (a member more) is a reload. */
export function streamingIdentConf(args: StreamingIdentArgs): string {
  const map = (role: string, names: readonly string[]) =>
    names.map((name) => `synfleet ${plainName("certificate name", name)} ${role}`);
  return lines([
    "# map  certificate  role",
    ...map("synfleet_replicator", args.members),
    ...map("synfleet_rewind", args.members),
    ...map("synfleet_monitor", args.exporters),
    // Patroni asks its own server over the socket, as the user that it runs as.
    "local synfleet synfleet_replicator",
  ]);
}

function lines(values: readonly string[]): string {
  return values.join("\n") + "\n";
}
