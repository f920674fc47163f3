/** haproxy.cfg as text. Pure. */

export interface HaproxyConfArgs {
  /** Addresses of the PostgreSQL members. Writes go to the first that is admitted, so the order is the order of fall-back. A reload. */
  readonly members: readonly string[];
  /** Database whose admission check is asked. Default `synapsedb`. A reload. */
  readonly database?: string;
  /** Port of the members. Default 5432. A reload. */
  readonly memberPort?: number;
  /** Default 5001. A reload. */
  readonly readPort?: number;
  /** Default 5002. A reload. */
  readonly writePort?: number;
  /** HTTPS: page for people at `/stats`, `/metrics` for Prometheus. Default 8404. A reload. */
  readonly statisticsPort?: number;
  readonly statisticsUser: string;
  /** For both. Secret: the file it ends in is readable by HAProxy alone. A reload. */
  readonly statisticsPassword: string;
  /** Sessions at once, over both ports. Default 2000. A reload. */
  readonly maxConnections?: number;
  /** Time between two checks of a member, in milliseconds. Default 1000. A reload. */
  readonly checkIntervalMs?: number;
  /** Failed checks in a row after which a member gets no more clients. Default 2. A reload. */
  readonly checksToFall?: number;
  /** How long a session may be silent, in minutes. Default 30. A reload. */
  readonly idleTimeoutMinutes?: number;
}

export function haproxyConf(args: HaproxyConfArgs): string {
  if (args.members.length === 0)
    throw new Error("members of the balancer: none given. Allowed: one address or more.");
  const database = word("database", args.database ?? "synapsedb");
  const members = args.members.map((name) => word("members", name));
  const port = args.memberPort ?? 5432;
  const intervalMs = args.checkIntervalMs ?? 1000;
  return `global
  master-worker
  maxconn ${args.maxConnections ?? 2000}
  nbthread 2
  log stdout format raw local0 notice
  stats socket /run/synfleet/worker.sock mode 600 level admin expose-fd listeners
  stats timeout 10s
  server-state-file /run/synfleet/servers.state
  # node.crt finds its key in node.key
  ssl-load-extra-del-ext
  ssl-default-bind-options ssl-min-ver TLSv1.3
  ssl-default-server-options ssl-min-ver TLSv1.3
  hard-stop-after 30m

defaults
  mode tcp
  log global
  option dontlognull
  option tcpka
  retries 1
  option redispatch 1
  timeout connect 1s
  timeout check 2s
  timeout queue 2s
  timeout client ${args.idleTimeoutMinutes ?? 30}m
  timeout server ${args.idleTimeoutMinutes ?? 30}m
  load-server-state-from-file global

resolvers container
  parse-resolv-conf
  resolve_retries 2
  timeout resolve 1s
  timeout retry 500ms
  hold valid 5s
  # A name is gone while its container is stopped. HAProxy would take the server out for that, and take it back as up
  # before any check once the name returns; so it keeps the last address, and only checks decide. The longest it can.
${["nx", "other", "refused", "timeout"].map((why) => `  hold ${why} 24d\n`).join("")}
# TLS is the client's with PostgreSQL: it passes through. What HAProxy asks a member itself, it asks over a TLS session
# of its own with its own certificate: whether the member's manager has admitted it.
backend write
  option tcp-check
${admissionCheck(database, "synfleet_check")}
  default-server ${serverOptions(intervalMs, args.checksToFall ?? 2)} on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions
${members.map((name, index) => `  server ${name} ${name}:${port} ${check(name)}${index > 0 ? " backup" : ""}\n`).join("")}
backend read
  balance roundrobin
  default-server ${resolution} on-marked-down shutdown-sessions
${members.map((name) => `  server ${name} ${name}:${port} track write/${name}\n`).join("")}
frontend write
  bind :${args.writePort ?? 5002}
  default_backend write

frontend read
  bind :${args.readPort ?? 5001}
  default_backend read

frontend statistics
  mode http
  bind :${args.statisticsPort ?? 8404} ssl crt /etc/synfleet/tls/node.crt alpn h2,http/1.1
  timeout client 10s
  timeout http-request 5s
  http-request auth realm statistics unless { http_auth(statistics) }
  http-request use-service prometheus-exporter if { path /metrics }
  stats enable
  stats uri /stats
  stats refresh 5s
  stats hide-version
  stats show-legends

userlist statistics
  user ${word("statisticsUser", args.statisticsUser)} insecure-password ${quote(args.statisticsPassword)}
`;
}

/** A name that is not there yet stands for an address where nothing answers, for the same reason. */
const resolution = "resolvers container init-addr last,libc,127.0.0.1";

function serverOptions(intervalMs: number, fall: number): string {
  return `${resolution} inter ${intervalMs}ms fastinter ${Math.min(500, intervalMs)}ms downinter ${intervalMs}ms fall ${fall} rise 1`;
}

function check(name: string): string {
  return `check check-ssl check-sni ${name} check-alpn postgresql verify required verifyhost ${name} ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt`;
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

function word(key: string, value: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/.test(value)) return value;
  throw new Error(
    `${key} is ${JSON.stringify(value)}. Allowed: 1 to 63 letters, digits, and _ . -`,
  );
}

/** HAProxy's strong quotes take everything but a quote itself. */
function quote(value: string): string {
  if (/[\n\r\0]/.test(value))
    throw new Error("statisticsPassword has a line break. Allowed: one line.");
  return `'${value.replaceAll("'", "'\\''")}'`;
}
