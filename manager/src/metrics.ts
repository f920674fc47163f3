import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { RaftStatus } from "./cluster/raft.ts";
import type { Snapshot } from "./cluster/reconciler.ts";

export interface Metrics {
  readonly tickSeconds: Histogram;
  readonly tickFailures: Counter;
  render(): Promise<{ contentType: string; text: string }>;
}

/** Names are an interface: alert rules and dashboards build on them. */
export function createMetrics(
  member: string,
  snapshot: () => Snapshot | undefined,
  raft: () => RaftStatus | undefined,
  certificates: () => Readonly<Record<string, number>>,
): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ member });
  collectDefaultMetrics({ register: registry, prefix: "synfleet_manager_" });
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | undefined) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read();
        // `reset()` would leave a 0 behind, which says something else than nothing.
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  const own = () => {
    const look = snapshot()?.observation.own;
    return look?.ok === true ? look.value : undefined;
  };
  const flag = (value: boolean | undefined) => (value === undefined ? undefined : Number(value));

  gauge("synfleet_member_up", "1 when the member's database answers.", () =>
    flag(snapshot()?.observation.own.ok),
  );
  gauge("synfleet_member_admitted", "1 when the balancer may use the member.", () =>
    flag(snapshot()?.decision.verdict.admitted),
  );
  gauge("synfleet_mesh_complete", "1 when the member receives from every declared peer.", () =>
    flag(snapshot()?.decision.meshComplete),
  );
  gauge("synfleet_cluster_initialised", "1 when the cluster is initialised.", () =>
    flag(snapshot()?.decision.initialised),
  );
  gauge("synfleet_raft_has_leader", "1 when this manager's etcd member knows a leader.", () => {
    const status = raft();
    return status === undefined ? 0 : flag(status.leader_id !== null);
  });
  gauge("synfleet_raft_is_leader", "1 when this manager's etcd member leads.", () =>
    flag(raft()?.role === "leader"),
  );
  gauge("synfleet_raft_term", "etcd's current term.", () => raft()?.current_term);
  const counter = (name: string, help: string, read: () => number | null | undefined) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.remove();
        const value = read();
        if (typeof value === "number") this.inc(value);
      },
    });
  counter(
    "synfleet_conflicts_total",
    "Conflicts resolved on the member.",
    () => own()?.conflicts_total,
  );
  counter(
    "synfleet_sequences_repaired_total",
    "Sequences brought back to their residue.",
    () => own()?.sequences_repaired_total,
  );
  gauge(
    "synfleet_connections_used",
    "Connections of the member in use.",
    () => own()?.connections?.used,
  );
  gauge(
    "synfleet_connections_max",
    "Connections the member allows.",
    () => own()?.connections?.max,
  );
  gauge(
    "synfleet_volume_free_bytes",
    "Room that the volume of the member's data has left.",
    () => own()?.room?.free_bytes,
  );
  gauge(
    "synfleet_volume_size_bytes",
    "Size of the volume of the member's data.",
    () => own()?.room?.size_bytes,
  );
  gauge(
    "synfleet_pending_restart_settings",
    "Settings that wait for a restart.",
    () => own()?.pending_restart?.length,
  );
  new Gauge({
    name: "synfleet_certificate_expiry_timestamp_seconds",
    help: "When the certificate of a part expires.",
    labelNames: ["part"],
    registers,
    collect() {
      this.reset();
      for (const [part, seconds] of Object.entries(certificates())) this.set({ part }, seconds);
    },
  });
  const perPeer = (
    name: string,
    help: string,
    read: (peer: Snapshot["decision"]["peers"][number]) => number | undefined,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ["peer"],
      registers,
      collect() {
        this.reset();
        for (const peer of snapshot()?.decision.peers ?? []) {
          const value = read(peer);
          if (value !== undefined) this.set({ peer: peer.name }, value);
        }
      },
    });
  perPeer("synfleet_peer_reachable", "1 when the peer's database answers this manager.", (peer) =>
    Number(peer.presence !== "unreachable"),
  );
  perPeer("synfleet_subscription_replicating", "1 when changes arrive from the peer.", (peer) =>
    Number(peer.subscription === "replicating"),
  );
  perPeer(
    "synfleet_replication_lag_bytes",
    "WAL of the peer that is not applied here yet.",
    (peer) => peer.lagBytes,
  );
  perPeer(
    "synfleet_replication_lag_seconds",
    "Age of the oldest change that is not applied here yet.",
    (peer) => peer.lagSeconds,
  );
  new Gauge({
    name: "synfleet_slot_retained_bytes",
    help: "WAL that the member keeps for a peer.",
    labelNames: ["peer"],
    registers,
    collect() {
      this.reset();
      for (const slot of own()?.slots ?? []) {
        this.set({ peer: slot.peer ?? "unknown" }, slot.retained_bytes ?? 0);
      }
    },
  });
  return {
    tickSeconds: new Histogram({
      name: "synfleet_manager_tick_seconds",
      help: "Time of one observe-decide-act round.",
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 5],
      registers,
    }),
    tickFailures: new Counter({
      name: "synfleet_manager_tick_failures_total",
      help: "Rounds that ended in an error of the manager itself.",
      registers,
    }),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
