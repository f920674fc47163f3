import { describe, expect, test } from "vitest";
import { patroniSections, patroniService } from "./patroni.ts";

const members = ["postgres1", "postgres2"];

test("the sections of a streaming cluster", () => {
  expect(patroniSections({ members })).toMatchInlineSnapshot(`
    "# TLS is the client's with PostgreSQL: it passes through. Each member's Patroni tells its role, over TLS with certificates.
    backend write-postgres
      balance leastconn
      # While the lead is handed over, a client that connects is held rather than refused.
      retries 8
      timeout connect 250ms
      option httpchk
      http-check send meth GET uri /primary
      http-check expect status 200
      http-check expect string '"role": "primary"'
      # A member that lost its role has sessions that would go on writing, or reading the past: they end with it.
      default-server resolvers container init-addr last,libc,127.0.0.1 inter 500ms fastinter 250ms downinter 250ms fall 2 rise 1
      server postgres1 postgres1:5432 port 8008 check check-ssl check-sni postgres1 verify required verifyhost postgres1 ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt
      server postgres2 postgres2:5432 port 8008 check check-ssl check-sni postgres2 verify required verifyhost postgres2 ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt

    backend read-postgres
      balance leastconn
      option httpchk
      http-check send meth OPTIONS uri /replica?lag=16MB
      http-check expect status 200
      # A member that lost its role has sessions that would go on writing, or reading the past: they end with it.
      default-server resolvers container init-addr last,libc,127.0.0.1 inter 500ms fastinter 500ms downinter 500ms fall 2 rise 1
      server postgres1 postgres1:5432 port 8008 check check-ssl check-sni postgres1 verify required verifyhost postgres1 ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt
      server postgres2 postgres2:5432 port 8008 check check-ssl check-sni postgres2 verify required verifyhost postgres2 ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt

    frontend write-postgres
      bind :5002
      default_backend write-postgres

    frontend read-postgres
      bind :5001
      use_backend read-postgres if { nbsrv(read-postgres) gt 0 }
      default_backend write-postgres
    "
  `);
});

describe("a streaming cluster behind the balancer", () => {
  test("has two ports, by default those of every database", () => {
    const published = { read: 6001, write: 6002 };
    expect(patroniService({ members, published }).ports).toEqual([
      { internal: 5001, published: 6001 },
      { internal: 5002, published: 6002 },
    ]);
    const ports = { read: 7001, write: 7002 };
    expect(patroniService({ members, published, ports }).ports[0]).toEqual({
      internal: 7001,
      published: 6001,
    });
  });

  test("holds who connects for writes, and asks sooner who leads now than who follows", () => {
    const [write, read] = patroniSections({ members }).split("backend read-postgres");
    expect(write).toContain("retries 8\n  timeout connect 250ms");
    expect(write).toContain("inter 500ms fastinter 250ms downinter 250ms");
    expect(read).toContain("inter 500ms fastinter 500ms downinter 500ms");
    expect(read).not.toContain("retries");
  });

  test("is asked as often as its profile says, or the caller", () => {
    expect(patroniSections({ members, profile: "wide-area" })).toContain("inter 2000ms");
    expect(patroniSections({ members, profile: "wide-area", checkIntervalMs: 300 })).toContain(
      "inter 300ms fastinter 150ms downinter 150ms",
    );
  });

  test("asks for members by their whole names where there is a domain, and holds certificates against the short ones", () => {
    expect(patroniSections({ members, domain: "orders.svc.cluster.local" })).toContain(
      "server postgres1 postgres1.orders.svc.cluster.local:5432 port 8008 check check-ssl check-sni postgres1 ",
    );
  });

  test("refuses what is no lag and no member", () => {
    expect(() => patroniSections({ members, maxLagMib: 0 })).toThrow(
      "maxLagMib of the balancer is 0. Allowed: a whole number from 1.",
    );
    expect(() => patroniSections({ members: [] })).toThrow("members of the balancer: none given");
  });
});
