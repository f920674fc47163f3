/** haproxy.cfg as text: what every balancer has, around the sections of the services that it balances. Pure. */
import { quoted, word } from "./servers.ts";

/** A round trip between regions, three times over; a lost packet is made good by the retry. */
const CONNECT_MS = 500;

export interface HaproxyConfArgs {
  /** Back ends and front ends of the services; see services/. A reload. */
  readonly sections: readonly string[];
  /** HTTPS: page for people at `/stats`, `/metrics` for Prometheus. Default 8404. A reload. */
  readonly statisticsPort?: number;
  readonly statisticsUser: string;
  /** For both. Secret: the file it ends in is readable by HAProxy alone. A reload. */
  readonly statisticsPassword: string;
  /** Sessions at once, over all ports. Default 2000. A reload. */
  readonly maxConnections?: number;
  /** How long a session may be silent, in minutes. Default 30. A reload. */
  readonly idleTimeoutMinutes?: number;
}

export function haproxyConf(args: HaproxyConfArgs): string {
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
  lua-load /usr/local/lib/synfleet/close-sessions.lua ${CONNECT_MS + 250}

defaults
  mode tcp
  log global
  option dontlognull
  option tcpka
  retries 2
  option redispatch 1
  timeout connect ${CONNECT_MS}ms
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
${args.sections
  .map(
    (text) => `${text}
`,
  )
  .join("")}frontend statistics
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
  user ${word("statisticsUser", args.statisticsUser)} insecure-password ${quoted("statisticsPassword", args.statisticsPassword)}
`;
}
