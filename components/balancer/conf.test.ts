import { expect, test } from "vitest";
import { haproxyConf } from "./conf.ts";
import { admittedSections } from "./services/admitted.ts";

const service = { members: ["postgres1", "postgres2", "postgres3"], database: "synapsedb" };
const args = {
  sections: [admittedSections(service)],
  statisticsUser: "statistics",
  statisticsPassword: "it's",
};

test("haproxy.cfg", () => {
  expect(haproxyConf(args)).toMatchInlineSnapshot(`
    "global
      master-worker
      maxconn 2000
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
      lua-load /usr/local/lib/synfleet/close-sessions.lua 750

    defaults
      mode tcp
      log global
      option dontlognull
      option tcpka
      retries 2
      option redispatch 1
      timeout connect 500ms
      timeout check 2s
      timeout queue 2s
      timeout client 30m
      timeout server 30m
      load-server-state-from-file global

    resolvers container
      parse-resolv-conf
      resolve_retries 2
      timeout resolve 1s
      timeout retry 500ms
      hold valid 5s
      # A name is gone while its container is stopped. HAProxy would take the server out for that, and take it back as up
      # before any check once the name returns; so it keeps the last address, and only checks decide. The longest it can.
      hold nx 24d
      hold other 24d
      hold refused 24d
      hold timeout 24d

    # TLS is the client's with PostgreSQL: it passes through. What HAProxy asks a member itself, it asks over a TLS session
    # of its own with its own certificate: whether the member's manager has admitted it.
    backend write
      option tcp-check
      tcp-check send-binary 0000004a00030000757365720073796e666c6565745f636865636b0064617461626173650073796e617073656462006170706c69636174696f6e5f6e616d650062616c616e6365720000
      tcp-check expect binary 5a0000000549
      tcp-check send-binary 510000001c73656c6563742073796e666c6565742e636865636b282900
      tcp-check expect min-recv 60 string "synfleet: admitted"
      tcp-check send-binary 5800000004
      default-server resolvers container init-addr last,libc,127.0.0.1 inter 1000ms fastinter 500ms downinter 1000ms fall 2 rise 1 on-marked-up shutdown-backup-sessions
      server postgres1 postgres1:5432 check check-ssl check-sni postgres1 check-alpn postgresql verify required verifyhost postgres1 ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt
      server postgres2 postgres2:5432 check check-ssl check-sni postgres2 check-alpn postgresql verify required verifyhost postgres2 ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt backup
      server postgres3 postgres3:5432 check check-ssl check-sni postgres3 check-alpn postgresql verify required verifyhost postgres3 ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt backup

    backend read
      balance roundrobin
      default-server resolvers container init-addr last,libc,127.0.0.1
      server postgres1 postgres1:5432 track write/postgres1
      server postgres2 postgres2:5432 track write/postgres2
      server postgres3 postgres3:5432 track write/postgres3

    frontend write
      bind :5002
      default_backend write

    frontend read
      bind :5001
      default_backend read

    frontend statistics
      mode http
      bind :8404 ssl crt /etc/synfleet/tls/node.crt alpn h2,http/1.1
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
      user statistics insecure-password 'it'\\''s'
    "
  `);
});

test("writes fall back in the order of the members", () => {
  const text = admittedSections({ ...service, members: ["b", "a", "c"] });
  const write = /backend write\n([\s\S]*?)\nbackend/.exec(text)![1]!;
  expect(
    [...write.matchAll(/^ {2}server (\S+) .*?(backup)?$/gm)].map((match) => [
      match[1],
      match[2] ?? "first",
    ]),
  ).toEqual([
    ["b", "first"],
    ["a", "backup"],
    ["c", "backup"],
  ]);
});

test("the check speaks PostgreSQL's protocol", () => {
  const sent = [...admittedSections(service).matchAll(/send-binary (\S+)/g)].map((match) =>
    Buffer.from(match[1]!, "hex"),
  );
  const [startUp, query, end] = sent as [Buffer, Buffer, Buffer];
  expect(startUp.readInt32BE(0)).toBe(startUp.length);
  expect(startUp.readInt32BE(4)).toBe(3 << 16);
  expect(startUp.subarray(8).toString().split("\0")).toEqual([
    "user",
    "synfleet_check",
    "database",
    "synapsedb",
    "application_name",
    "balancer",
    "",
    "",
  ]);
  expect(query.toString("latin1", 0, 1)).toBe("Q");
  expect(query.readInt32BE(1)).toBe(query.length - 1);
  expect(query.subarray(5).toString()).toBe("select synfleet.check()\0");
  expect(end.toString("hex")).toBe("5800000004");
});

test("refuses what would not be a configuration", () => {
  expect(() => admittedSections({ ...service, members: [] })).toThrow(/none given/);
  expect(() => admittedSections({ ...service, members: ["a b"] })).toThrow(
    'members is "a b". Allowed',
  );
  expect(() => haproxyConf({ ...args, statisticsPassword: "a\nb" })).toThrow(/line break/);
});
