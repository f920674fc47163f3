/** nginx.conf and its groups of instances as text, from plain values. Pure. */
import { cookie, escaped, network, path, whole } from "./values.ts";

/** One instance of the app behind the proxy. */
export interface Upstream {
  readonly name: string;
  readonly port: number;
  /** `write` gets all requests, `read` those that change nothing. */
  readonly mode: "write" | "read";
}

/** What stays with one instance: nothing, all of a client's address, or all of a browser by a cookie of the proxy. */
export type Affinity = "none" | "address" | "cookie";

export interface UpstreamsArgs {
  readonly upstreams: readonly Upstream[];
  /** The one that gets what changes data; others that could take over while it fails. Default all alike. A reload. */
  readonly main?: string | undefined;
  /** Default "none". A reload. */
  readonly affinity?: Affinity;
}

export interface NginxConfArgs {
  /** Whether the instances speak HTTPS, and the name that their certificates carry. */
  readonly app: { readonly tls: boolean; readonly serverName: string; readonly healthPath: string };
  /** Port of the host on which clients reach HTTPS, for the redirect. */
  readonly httpsPort: number;
  /** Files of the certificate that clients see, below /etc/synfleet. */
  readonly certificate: { readonly certificate: string; readonly key: string };
  /** How long browsers are to insist on HTTPS, in seconds; 0 = not at all. */
  readonly strictTransportSeconds: number;
  /** Networks of proxies ahead of this one whose X-Forwarded-For is believed. Default none. A reload. */
  readonly trustedProxies?: readonly string[];
  /** Paths that, with all below them, go to instances in mode `write` whatever the method. Default none. A reload. */
  readonly mainPaths?: readonly string[];
  /** Cookies whose bearers go to instances in mode `write`. Default none. A reload. */
  readonly mainCookies?: readonly string[];
  /** Paths that, with all below them but the health path, do not exist for clients. Default /actuator. A reload. */
  readonly hiddenPaths?: readonly string[];
  /** Largest body of a request, in MiB. Default 10. A reload. */
  readonly bodyMiB?: number;
  /** Longest silence of an instance before it counts as failed, in seconds. Default 60. A reload. */
  readonly answerSeconds?: number;
  readonly affinity?: Affinity;
}

/** Ports on which the proxy listens inside of the deployment. */
export const HTTP_PORT = 8080;
export const HTTPS_PORT = 8443;
export const STATUS_PORT = 8081;

/** Groups of instances: `app_read` has all, `app_write` those that write. The image puts addresses in place of the names. */
export function upstreamsConf({ upstreams, main, affinity = "none" }: UpstreamsArgs): string {
  const writing = upstreams.filter(({ mode }) => mode === "write");
  if (writing.length === 0) {
    throw new Error(
      'upstreams of the proxy: none in mode "write". Allowed: at least one, for requests that change data.',
    );
  }
  const stay = {
    none: "",
    address: "  hash $remote_addr consistent;\n",
    cookie: "  hash $synfleet_browser consistent;\n",
  }[affinity];
  if (main !== undefined && !writing.some(({ name }) => name === main)) {
    throw new Error(
      `main of the proxy is "${main}". Allowed: an instance in mode "write": ${writing.map(({ name }) => name).join(", ")}.`,
    );
  }
  const group = (name: string, members: readonly Upstream[], first?: string) => `upstream ${name} {
  zone ${name} 64k;
${first ? "" : stay}${members.map(({ name: alias, port }) => `  server ${alias}:${port} max_fails=1 fail_timeout=5s${first && alias !== first ? " backup" : ""};\n`).join("")}  keepalive 16;
}
`;
  return group("app_read", upstreams) + group("app_write", writing, main);
}

export function nginxConf(args: NginxConfArgs): string {
  const { app, certificate, hiddenPaths = ["/actuator"], trustedProxies = [] } = args;
  const scheme = app.tls ? "https" : "http";
  const port = args.httpsPort === 443 ? "" : `:${args.httpsPort}`;
  const health = path("healthPath", app.healthPath);
  return `worker_processes 2;
pid /run/synfleet/nginx.pid;
error_log stderr notice;
# Requests under way and open WebSockets have this long after a reload or a stop.
worker_shutdown_timeout 30s;
events {
  worker_connections 2048;
}
http {
  default_type application/octet-stream;
  server_tokens off;
  # Paths without their queries, which may hold secrets; the image strips them from the error log as well.
  log_format paths escape=json '{"time":"$time_iso8601","client":"$remote_addr","method":"$request_method","path":"$uri",'
    '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr",'
    '"upstream_status":"$upstream_status","request":"$request_id"}';
  access_log /dev/stdout paths;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  proxy_max_temp_file_size 0;
  client_header_timeout 10s;
  client_body_timeout 15s;
  send_timeout 30s;
  keepalive_timeout 65s;
  client_max_body_size ${whole("bodyMiB", args.bodyMiB ?? 10, 1, 1024)}m;
${trustedProxies.map((cidr) => `  set_real_ip_from ${network(cidr)};\n`).join("")}${trustedProxies.length > 0 ? "  real_ip_header X-Forwarded-For;\n  real_ip_recursive on;\n" : ""}${affinity(args.affinity)}
  # Which group: all instances for what changes nothing, unless its path or a cookie binds it to those that write.
${pins(args)}  map "$pinned:$request_method" $group {
    "~^0:(GET|HEAD|OPTIONS)$" app_read;
    default app_write;
  }
  map $http_upgrade $connection_upgrade {
    default upgrade;
    "" "";
  }
  include /run/synfleet/upstreams.conf;

  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Real-IP $remote_addr;
  # Not appended to what came in: what a client wrote there is not believed.
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto https;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Port ${args.httpsPort};
  proxy_set_header Forwarded "";
  proxy_set_header X-Forwarded-Prefix "";
  proxy_set_header X-Request-Id $request_id;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;
  proxy_connect_timeout 1s;
  proxy_read_timeout ${whole("answerSeconds", args.answerSeconds ?? 60, 1, 3600)}s;
  proxy_send_timeout 30s;
  # A request that changes data is not sent twice: only where no connection came about it goes to the next.
  proxy_next_upstream error timeout http_502 http_503 http_504;
  proxy_next_upstream_tries 3;
  proxy_next_upstream_timeout 10s;
${app.tls ? verified(app.serverName) : ""}
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
  ssl_session_cache shared:clients:10m;
  ssl_session_timeout 1d;
  ssl_session_tickets off;

  server {
    listen ${HTTP_PORT};
    return 301 https://$host${port}$request_uri;
  }
  server {
    listen ${HTTPS_PORT} ssl;
    http2 on;
    ssl_certificate /etc/synfleet/${certificate.certificate};
    ssl_certificate_key /etc/synfleet/${certificate.key};
${headers(args.strictTransportSeconds)}
    location / {
      proxy_pass ${scheme}://$group;
    }
    location = ${health} {
      proxy_pass ${scheme}://$group;
    }
${hiddenPaths.map((hidden) => `    location ~ "^${escaped(path("hiddenPaths", hidden))}([;/]|$)" {\n      return 404;\n    }\n`).join("")}  }
  # For monitoring and the image's own programs: only who has a certificate of the deployment gets in.
  server {
    listen ${STATUS_PORT} ssl;
    access_log off;
    ssl_protocols TLSv1.3;
    ssl_certificate /etc/synfleet/tls/node.crt;
    ssl_certificate_key /etc/synfleet/tls/node.key;
    ssl_client_certificate /etc/synfleet/tls/ca.crt;
    ssl_verify_client on;
    location = /stub_status {
      stub_status;
    }
    location = /app {
      proxy_pass ${scheme}://app_write${health};
    }
  }
}
`;
}

/** The instance proves its name, and the proxy its own. */
function verified(serverName: string): string {
  return `  proxy_ssl_verify on;
  proxy_ssl_verify_depth 2;
  proxy_ssl_trusted_certificate /etc/synfleet/tls/ca.crt;
  proxy_ssl_name ${serverName};
  proxy_ssl_server_name on;
  proxy_ssl_protocols TLSv1.3;
  proxy_ssl_certificate /etc/synfleet/tls/node.crt;
  proxy_ssl_certificate_key /etc/synfleet/tls/node.key;
`;
}

/** A cookie of the proxy's own: those of apps begin with the first answer, when the instance is already chosen. */
function affinity(kind: Affinity = "none"): string {
  if (kind !== "cookie") return "";
  return `  userid on;
  userid_name synfleet_browser;
  userid_path /;
  userid_flags httponly secure samesite=lax;
  map "$uid_got$uid_set" $synfleet_browser {
    default "$uid_got$uid_set";
  }
`;
}

function pins({ mainPaths = [], mainCookies = [] }: NginxConfArgs): string {
  const cookies = mainCookies.map((name) => `$cookie_${cookie(name)}`).join("");
  return `  map $uri $pinned_path {
${mainPaths.map((pinned) => `    "~^${escaped(path("mainPaths", pinned))}([;/]|$)" 1;\n`).join("")}    default 0;
  }
  map "$pinned_path:${cookies}" $pinned {
    "0:" 0;
    default 1;
  }
`;
}

function headers(strictTransportSeconds: number): string {
  const all: [string, string][] = [
    ["X-Content-Type-Options", "nosniff"],
    ["X-Frame-Options", "SAMEORIGIN"],
    ["Referrer-Policy", "strict-origin-when-cross-origin"],
  ];
  if (strictTransportSeconds > 0) {
    all.push(["Strict-Transport-Security", `max-age=${strictTransportSeconds}`]);
  }
  // What the app says of the same is left out, so that no header is there twice.
  return all
    .map(
      ([name, value]) =>
        `    proxy_hide_header ${name};\n    add_header ${name} "${value}" always;\n`,
    )
    .join("");
}
