import { type Config, type MemberConfig, parseConfig } from "../config.ts";
import type { Observation, StoreView } from "../cluster/observation.ts";
import { seen } from "../cluster/observation.ts";
import type { MemberStatus } from "../cluster/status.ts";

/** Three members, as the raw JSON that parseConfig takes. */
export function rawConfig(): Record<string, unknown> {
  const member = (number: number) => ({
    name: `postgres${number}`,
    number,
    host: `postgres${number}`,
    port: 5432,
    manager: { host: `manager${number}`, port: 8080 },
    etcd: `etcd${number}`,
  });
  return {
    cluster: "synapsedb",
    serves: "postgres1",
    listen: { port: 8080 },
    members: [member(1), member(2), member(3)],
    database: { name: "synapsedb", user: "synfleet_manager" },
    etcd: [1, 2, 3].map((number) => ({
      name: `etcd${number}`,
      url: `https://etcd${number}:2379`,
    })),
    tls: { caFile: "/ca.crt", certFile: "/node.crt", keyFile: "/node.key" },
    tokenFile: "/token",
  };
}

export function testConfig(change: Record<string, unknown> = {}): Config {
  return parseConfig(JSON.stringify({ ...rawConfig(), ...change }), "manager.json");
}

export function memberOf(config: Config, name: string): MemberConfig {
  const member = config.members.find((entry) => entry.name === name);
  if (member === undefined) throw new Error(`no member ${name}`);
  return member;
}

/** A member that replicates with all others, is admitted and has no lag. */
export function statusOf(name: string, change: Partial<MemberStatus> = {}): MemberStatus {
  const others = ["postgres1", "postgres2", "postgres3"].filter((other) => other !== name);
  return {
    member: name,
    number: Number(name.at(-1)),
    joined: true,
    system_identifier: `id-${name}`,
    postmaster_started_at: "2026-01-01T00:00:00Z",
    wal_lsn: "0/2000000",
    admitted: true,
    reason: "receives from all reachable peers",
    ever_admitted: true,
    subscriptions: others.map((peer) => ({
      peer,
      name: `from_${peer}`,
      status: "replicating",
      enabled: true,
    })),
    slots: others.map((peer) => ({
      peer,
      slot_name: `slot_${peer}`,
      active: true,
      confirmed_flush_lsn: "0/2000000",
      retained_bytes: 0,
    })),
    ...change,
  };
}

export const initialisedStore: StoreView = {
  known: true,
  initialised: true,
  marks: Object.fromEntries(
    ["postgres1", "postgres2", "postgres3"].map((name) => [
      name,
      { systemIdentifier: `id-${name}` },
    ]),
  ),
};

/** A steady cluster seen from postgres1. */
export function observationOf(change: Partial<Observation> = {}): Observation {
  return {
    nowMs: 1_000_000,
    own: seen(statusOf("postgres1")),
    peers: { postgres2: seen(statusOf("postgres2")), postgres3: seen(statusOf("postgres3")) },
    store: initialisedStore,
    ...change,
  };
}
