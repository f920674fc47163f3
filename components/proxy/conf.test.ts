import { describe, expect, test } from "vitest";
import { nginxConf, upstreamsConf, type NginxConfArgs, type Upstream } from "./conf.ts";

const upstreams: Upstream[] = [
  { name: "app-main", port: 8080, mode: "write" },
  { name: "app-replica-1", port: 8080, mode: "read" },
];
const args: NginxConfArgs = {
  app: { tls: true, serverName: "app", healthPath: "/actuator/health" },
  httpsPort: 443,
  certificate: { certificate: "tls/node.crt", key: "tls/node.key" },
  strictTransportSeconds: 0,
};
const conf = (change: Partial<NginxConfArgs> = {}) => nginxConf({ ...args, ...change });

describe("the groups of instances", () => {
  test("are all of them for reads, and those that write for the rest", () => {
    expect(upstreamsConf({ upstreams })).toMatchInlineSnapshot(`
      "upstream app_read {
        zone app_read 64k;
        server app-main:8080 max_fails=1 fail_timeout=5s;
        server app-replica-1:8080 max_fails=1 fail_timeout=5s;
        keepalive 16;
      }
      upstream app_write {
        zone app_write 64k;
        server app-main:8080 max_fails=1 fail_timeout=5s;
        keepalive 16;
      }
      "
    `);
  });

  test("leave what changes data to the main one while it answers", () => {
    const both = upstreams.map((upstream) => ({ ...upstream, mode: "write" as const }));
    const write = upstreamsConf({ upstreams: both, main: "app-main", affinity: "address" })
      .split("upstream app_write")[1]!
      .split("\n");
    expect(write.slice(2, 4)).toEqual([
      "  server app-main:8080 max_fails=1 fail_timeout=5s;",
      "  server app-replica-1:8080 max_fails=1 fail_timeout=5s backup;",
    ]);
    expect(() => upstreamsConf({ upstreams, main: "app-replica-1" })).toThrow(
      'main of the proxy is "app-replica-1". Allowed: an instance in mode "write": app-main',
    );
  });

  test.each([
    ["address", "  hash $remote_addr consistent;"],
    ["cookie", "  hash $synfleet_browser consistent;"],
  ] as const)("keep a client's %s with one instance", (affinity, line) => {
    expect(upstreamsConf({ upstreams, affinity }).split("\n")).toContain(line);
    expect(conf({ affinity }).includes("userid on")).toBe(affinity === "cookie");
  });

  test("need one that writes", () => {
    expect(() => upstreamsConf({ upstreams: upstreams.slice(1) })).toThrow('none in mode "write"');
  });
});

test("nginx.conf", () => {
  expect(conf()).toMatchInlineSnapshot(`
    "worker_processes 2;
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
      client_max_body_size 10m;

      # Which group: all instances for what changes nothing, unless its path or a cookie binds it to those that write.
      map $uri $pinned_path {
        default 0;
      }
      map "$pinned_path:" $pinned {
        "0:" 0;
        default 1;
      }
      map "$pinned:$request_method" $group {
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
      proxy_set_header X-Forwarded-Port 443;
      proxy_set_header Forwarded "";
      proxy_set_header X-Forwarded-Prefix "";
      proxy_set_header X-Request-Id $request_id;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_connect_timeout 1s;
      proxy_read_timeout 60s;
      proxy_send_timeout 30s;
      # A request that changes data is not sent twice: only where no connection came about it goes to the next.
      proxy_next_upstream error timeout http_502 http_503 http_504;
      proxy_next_upstream_tries 3;
      proxy_next_upstream_timeout 10s;
      proxy_ssl_verify on;
      proxy_ssl_verify_depth 2;
      proxy_ssl_trusted_certificate /etc/synfleet/tls/ca.crt;
      proxy_ssl_name app;
      proxy_ssl_server_name on;
      proxy_ssl_protocols TLSv1.3;
      proxy_ssl_certificate /etc/synfleet/tls/node.crt;
      proxy_ssl_certificate_key /etc/synfleet/tls/node.key;

      ssl_protocols TLSv1.2 TLSv1.3;
      ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
      ssl_session_cache shared:clients:10m;
      ssl_session_timeout 1d;
      ssl_session_tickets off;

      server {
        listen 8080;
        return 301 https://$host$request_uri;
      }
      server {
        listen 8443 ssl;
        http2 on;
        ssl_certificate /etc/synfleet/tls/node.crt;
        ssl_certificate_key /etc/synfleet/tls/node.key;
        proxy_hide_header X-Content-Type-Options;
        add_header X-Content-Type-Options "nosniff" always;
        proxy_hide_header X-Frame-Options;
        add_header X-Frame-Options "SAMEORIGIN" always;
        proxy_hide_header Referrer-Policy;
        add_header Referrer-Policy "strict-origin-when-cross-origin" always;

        location / {
          proxy_pass https://$group;
        }
        location = /actuator/health {
          proxy_pass https://$group;
        }
        location ~ "^/actuator([;/]|$)" {
          return 404;
        }
      }
      # For monitoring and the image's own programs: only who has a certificate of the deployment gets in.
      server {
        listen 8081 ssl;
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
          proxy_pass https://app_write/actuator/health;
        }
      }
    }
    "
  `);
});

test("the redirect goes to the port on which clients reach HTTPS", () => {
  expect(conf()).toContain("return 301 https://$host$request_uri;");
  expect(conf({ httpsPort: 8443 })).toContain("return 301 https://$host:8443$request_uri;");
});

test("client addresses are believed of the networks named, and of no other", () => {
  expect(conf()).not.toContain("real_ip");
  const text = conf({ trustedProxies: ["10.0.0.0/8", "fd00::/8"] });
  expect(text).toContain("  set_real_ip_from 10.0.0.0/8;\n  set_real_ip_from fd00::/8;\n");
  expect(text).toContain("real_ip_header X-Forwarded-For;\n  real_ip_recursive on;");
});

test("paths and cookies bind to the instances that write", () => {
  const text = conf({ mainPaths: ["/login/", "/v1.0/auth"], mainCookies: ["SESSION", "remember"] });
  expect(text).toContain('"~^/login([;/]|$)" 1;\n    "~^/v1\\.0/auth([;/]|$)" 1;\n');
  expect(text).toContain('map "$pinned_path:$cookie_SESSION$cookie_remember" $pinned');
});

test("an app without HTTPS is not asked for a certificate", () => {
  const text = conf({ app: { ...args.app, tls: false } });
  expect(text).toContain("proxy_pass http://$group;");
  expect(text).not.toContain("proxy_ssl_");
});

test("browsers are told to insist on HTTPS only when it is wanted", () => {
  expect(conf()).not.toContain("Strict-Transport-Security");
  expect(conf({ strictTransportSeconds: 60 })).toContain(
    'add_header Strict-Transport-Security "max-age=60" always;',
  );
});

test.each<[string, Partial<NginxConfArgs>, string]>([
  ["a path", { mainPaths: ["/a b"] }, 'mainPaths of the proxy: "/a b". Allowed'],
  ["a hidden path", { hiddenPaths: ["actuator"] }, 'hiddenPaths of the proxy: "actuator"'],
  ["a cookie", { mainCookies: ["a;b"] }, 'mainCookies of the proxy: "a;b"'],
  ["a network", { trustedProxies: ["all;"] }, 'trustedProxies of the proxy: "all;"'],
  ["a body", { bodyMiB: 0 }, "bodyMiB of the proxy is 0. Allowed: a whole number from 1 to 1024"],
  ["a time", { answerSeconds: 1.5 }, "answerSeconds of the proxy is 1.5"],
])("refuses %s that would not be a configuration", (_, change, message) => {
  expect(() => conf(change)).toThrow(message);
});
