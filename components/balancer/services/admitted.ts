/** SynapseDB's members behind the balancer: each is asked by SQL whether its manager has admitted it. Pure. */
import type { BalancedService } from "../service.ts";
import {
  checkedServers,
  checkOverTls,
  resolution,
  wholeName,
  word,
  words,
  type CheckTiming,
  type Named,
} from "../servers.ts";

/** Ports on which the balancer listens inside of the deployment. */
export const READ_PORT = 5001;
export const WRITE_PORT = 5002;

export interface AdmittedServiceArgs extends CheckTiming, Named {
  /** Addresses of the members. Writes go to the first that is admitted, so the order is the order of fall-back. A reload. */
  readonly members: readonly string[];
  /** Database whose admission check is asked. A reload. */
  readonly database: string;
  /** Port of the members. Default 5432. A reload. */
  readonly memberPort?: number;
  /** Ports of the balancer's host. Changing one replaces the balancer. */
  readonly published: { readonly read: number; readonly write: number };
}

/** Reads over all admitted members, writes to the first of them. */
export function admittedService(args: AdmittedServiceArgs): BalancedService {
  return {
    sections: admittedSections(args),
    ports: [
      { internal: READ_PORT, published: args.published.read },
      { internal: WRITE_PORT, published: args.published.write },
    ],
  };
}

export function admittedSections(args: Omit<AdmittedServiceArgs, "published">): string {
  const database = word("database", args.database);
  const members = words("members", args.members);
  const port = args.memberPort ?? 5432;
  const at = (name: string) => `${wholeName(name, args)}:${port}`;
  const check = (name: string) => checkOverTls(name, { alpn: "postgresql" });
  return `# TLS is the client's with PostgreSQL: it passes through. What HAProxy asks a member itself, it asks over a TLS session
# of its own with its own certificate: whether the member's manager has admitted it.
backend write
  option tcp-check
${admissionCheck(database, "synfleet_check")}
  default-server ${checkedServers(args)} on-marked-up shutdown-backup-sessions
${members.map((name, index) => `  server ${name} ${at(name)} ${check(name)}${index > 0 ? " backup" : ""}\n`).join("")}
backend read
  balance roundrobin
  default-server ${resolution}
${members.map((name) => `  server ${name} ${at(name)} track write/${name}\n`).join("")}
frontend write
  bind :${WRITE_PORT}
  default_backend write

frontend read
  bind :${READ_PORT}
  default_backend read
`;
}

/**
 * PostgreSQL's protocol, spoken by hand: start-up message, then one query. TLS from the first byte (PostgreSQL 17), and
 * the certificate is the login, so no password is exchanged.
 */
function admissionCheck(database: string, role: string): string {
  const query = message("Q", "select synfleet.check()\0");
  return [
    `tcp-check send-binary ${startUp({ user: role, database, application_name: "balancer" })}`,
    // ReadyForQuery, idle: "Z", length 5, "I".
    "tcp-check expect binary 5a0000000549",
    `tcp-check send-binary ${query}`,
    // The row is within the first 60 bytes; with that many read, another answer counts at once and not only after a time-out.
    'tcp-check expect min-recv 60 string "synfleet: admitted"',
    `tcp-check send-binary ${message("X", "")}`,
  ]
    .map((line) => `  ${line}`)
    .join("\n");
}

function startUp(parameters: Readonly<Record<string, string>>): string {
  const body = Object.entries(parameters)
    .map(([key, value]) => `${key}\0${value}\0`)
    .join("");
  const payload = Buffer.concat([int32(0x00030000), Buffer.from(`${body}\0`)]);
  return Buffer.concat([int32(payload.length + 4), payload]).toString("hex");
}

function message(type: string, body: string): string {
  const payload = Buffer.from(body);
  return Buffer.concat([Buffer.from(type), int32(payload.length + 4), payload]).toString("hex");
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}
