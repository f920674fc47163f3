import { expect, test } from "vitest";
import { etcdConf } from "./conf.ts";

const members = [{ name: "etcd1" }, { name: "etcd2" }, { name: "etcd3" }];

test("etcd.yml asks clients and peers for certificates", () => {
  expect(etcdConf({ name: "etcd2", members, token: "orders" })).toMatchInlineSnapshot(`
    "name: etcd2
    data-dir: /var/lib/synfleet/etcd
    initial-cluster: etcd1=https://etcd1:2380,etcd2=https://etcd2:2380,etcd3=https://etcd3:2380
    initial-cluster-token: orders
    initial-cluster-state: new
    strict-reconfig-check: true
    initial-advertise-peer-urls: https://etcd2:2380
    advertise-client-urls: https://etcd2:2379
    listen-peer-urls: https://0.0.0.0:2380
    listen-client-urls: https://0.0.0.0:2379
    client-transport-security:
      cert-file: /etc/synfleet/tls/node.crt
      key-file: /etc/synfleet/tls/node.key
      trusted-ca-file: /etc/synfleet/tls/ca.crt
      client-cert-auth: true
    peer-transport-security:
      cert-file: /etc/synfleet/tls/node.crt
      key-file: /etc/synfleet/tls/node.key
      trusted-ca-file: /etc/synfleet/tls/ca.crt
      client-cert-auth: true
    tls-min-version: TLS1.3
    heartbeat-interval: 250
    election-timeout: 2500
    quota-backend-bytes: 536870912
    auto-compaction-mode: periodic
    auto-compaction-retention: "1h"
    metrics: basic
    logger: zap
    log-level: warn
    log-outputs: [stderr]
    "
  `);
});

test("who joins knows those that began the cluster, and these know nothing of it that they would restart for", () => {
  const [etcd1, ...others] = members;
  const grown = [etcd1!, ...others.map(({ name }) => ({ name, joins: true }))];
  expect(etcdConf({ name: "etcd1", members: grown, token: "t" })).toBe(
    etcdConf({ name: "etcd1", members: [etcd1!], token: "t" }),
  );
  const joined = etcdConf({ name: "etcd3", members: grown, token: "t" });
  expect(joined).toContain("initial-cluster: etcd1=https://etcd1:2380\n");
  expect(joined).toContain("initial-cluster-state: existing\n");
});

test("refuses a cluster that nobody began", () => {
  const joining = members.map(({ name }) => ({ name, joins: true }));
  expect(() => etcdConf({ name: "etcd1", members: joining, token: "t" })).toThrow(
    "members of etcd are etcd1, etcd2, etcd3, all of which join. Allowed: at least one that began the cluster.",
  );
});

test("refuses an even number of members", () => {
  expect(() => etcdConf({ name: "etcd1", members: members.slice(0, 2), token: "t" })).toThrow(
    /members of etcd are 2 \(etcd1, etcd2\)\. Allowed: an odd number/,
  );
});

test("refuses a member that is not in the list, and elections that could not hold", () => {
  expect(() => etcdConf({ name: "etcd9", members, token: "t" })).toThrow(
    'name of the etcd member is "etcd9". Allowed: one of etcd1, etcd2, etcd3.',
  );
  expect(() => etcdConf({ name: "etcd1", members, token: "t", electionTimeoutMs: 500 })).toThrow(
    /electionTimeoutMs is 500. Allowed: from .*1250/,
  );
});
