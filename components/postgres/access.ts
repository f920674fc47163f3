/** Who may connect to a member: pg_hba.conf and pg_ident.conf as text. Pure. */
import { plainName } from "./names.ts";

export interface PgHbaArgs {
  /** Database of the application. */
  readonly database: string;
  /** The application's user; the only one with a password. */
  readonly applicationUser: string;
  /** Networks besides the cluster's own from which the application may connect, in CIDR form. Default none. A reload. */
  readonly allowedNetworks?: readonly string[];
  /** Networks from which the other members and their managers come, where the members are on several hosts. A reload. */
  readonly memberNetworks?: readonly string[];
}

/** Who may connect: nobody without TLS, the machinery by certificate, the application by password. A change is a reload. */
export function pgHbaConf(args: PgHbaArgs): string {
  const database = plainName("database", args.database);
  const user = plainName("applicationUser", args.applicationUser);
  const own = ["samenet", ...(args.memberNetworks ?? []).map(network)];
  const networks = [...own, ...(args.allowedNetworks ?? []).map(network)];
  const machinery = [
    "synfleet_manager",
    "synfleet_replicator",
    "synfleet_monitor",
    "synfleet_check",
  ];
  return joinLines([
    "# type  database  user  address  method",
    "local all synfleet peer",
    ...machinery.flatMap((role) =>
      own.map((address) => `hostssl ${database} ${role} ${address} cert map=synfleet`),
    ),
    // The copy for a member that is empty takes the files of another.
    ...own.map((address) => `hostssl replication synfleet_replicator ${address} cert map=synfleet`),
    ...networks.map((address) => `hostssl ${database} ${user} ${address} scram-sha-256`),
    "local all all reject",
    "host all all all reject",
  ]);
}

export interface PgIdentArgs {
  /** Common names in the certificates of members, managers, exporters and balancers. */
  readonly members: readonly string[];
  readonly managers: readonly string[];
  readonly exporters: readonly string[];
  readonly balancers: readonly string[];
}

/** Which certificate may act as which role of the machinery. A change (a member more) is a reload. */
export function pgIdentConf(args: PgIdentArgs): string {
  const map = (role: string, names: readonly string[]) =>
    names.map((name) => `synfleet ${plainName("certificate name", name)} ${role}`);
  return joinLines([
    "# map  certificate  role",
    ...map("synfleet_replicator", args.members),
    ...map("synfleet_manager", args.managers),
    ...map("synfleet_monitor", args.exporters),
    ...map("synfleet_check", args.balancers),
  ]);
}

export function network(value: string): string {
  const match = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(value);
  const bits = Number(match?.[2]);
  if (match && bits > 0 && bits <= (value.includes(":") ? 128 : 32)) return value;
  throw new Error(
    `allowedNetworks has ${JSON.stringify(value)}. Allowed: networks such as 10.0.0.0/8 or fd00::/8, not the whole Internet (/0).`,
  );
}

function joinLines(values: readonly string[]): string {
  return values.join("\n") + "\n";
}
