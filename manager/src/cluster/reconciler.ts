import type { EtcdPort } from "../adapters/etcd.ts";
import type { MemberPort } from "../adapters/member.ts";
import type { Config, MemberConfig } from "../config.ts";
import { splitMembers } from "../config.ts";
import { type Log, errorText } from "../log.ts";
import { type Action, actionKey } from "./actions.ts";
import { Backoff } from "./backoff.ts";
import { describeChanges } from "./changes.ts";
import { type Decision, type Memory, decide, emptyMemory } from "./decide.ts";
import type { Observation, StoreView } from "./observation.ts";
import { type Seen, seen, unseen } from "./observation.ts";
import type { MemberStatus } from "./status.ts";
import { Watch } from "./watch.ts";

/** The ways out of the pure part. */
export interface Ports {
  readonly own: MemberPort;
  readonly peers: ReadonlyMap<string, MemberPort>;
  readonly etcd: EtcdPort;
}

/** The last look and what followed from it. */
export interface Snapshot {
  readonly observation: Observation;
  readonly decision: Decision;
}

const peerPatienceMs = 500;
const peerMaxAgeMs = 4000;
/** The mark of the initialiser is waited for; once it is there, little changes in etcd. */
const storeEveryMs = { before: 300, after: 5000 };

/** Observe, decide, act, once a poll. All judgement is in `decide`; this is the shell around it. */
export class Reconciler {
  readonly config: Config;
  readonly own: MemberConfig;
  readonly #ports: Ports;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #watches: ReadonlyMap<string, Watch<MemberStatus>>;
  readonly #storeWatch: Watch<StoreView>;
  readonly #backoff = new Backoff();
  #store: StoreView = { known: false, initialised: false, marks: {} };
  #storeAskedMs = Number.NEGATIVE_INFINITY;
  #memory: Memory;
  #snapshot: Snapshot | undefined;
  #acting: Promise<void> | undefined;

  /** `before` is the reconciler that this one replaces after a reload: what it knows goes on. */
  constructor(config: Config, ports: Ports, log: Log, now: () => number, before?: Reconciler) {
    this.config = config;
    this.own = splitMembers(config).own;
    this.#ports = ports;
    this.#log = log;
    this.#now = now;
    this.#memory = before?.memory ?? emptyMemory;
    this.#snapshot = before?.snapshot;
    this.#store = before?.store ?? this.#store;
    this.#watches = new Map(
      [...ports.peers].map(([name, port]) => [name, new Watch(() => port.status(), now)]),
    );
    this.#storeWatch = new Watch(() => ports.etcd.view(), now);
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  get memory(): Memory {
    return this.#memory;
  }

  get store(): StoreView {
    return this.#store;
  }

  /** Ends of the certificates that the members' servers show, in seconds by member. */
  certificateEnds(): Record<string, number> {
    const ends: Record<string, number> = {};
    for (const [name, port] of [[this.own.name, this.#ports.own] as const, ...this.#ports.peers]) {
      const endMs = port.certificateExpiresMs();
      if (endMs !== undefined) ends[name] = endMs / 1000;
    }
    return ends;
  }

  /** Until all stand open the cluster is being built or mended, and somebody waits for it. */
  get settled(): boolean {
    const decision = this.#snapshot?.decision;
    return decision?.verdict.admitted === true && decision.meshComplete;
  }

  async tick(): Promise<void> {
    const observation = await this.#observe();
    const decision = decide(this.config, this.own, this.#memory, observation);
    for (const change of describeChanges(this.#snapshot?.decision, decision)) {
      this.#log(change.level, change.message, change.fields);
    }
    this.#memory = decision.memory;
    this.#snapshot = { observation, decision };
    await this.#act(decision.actions);
  }

  /** Waits for actions under way, then closes every connection. */
  async close(): Promise<void> {
    await this.#acting;
    this.#ports.etcd.close();
    await Promise.all([this.#ports.own, ...this.#ports.peers.values()].map((port) => port.close()));
  }

  async #observe(): Promise<Observation> {
    const own = await this.#lookAtOwn();
    // Proof of being caught up begins with looks that are younger than the member's start.
    const restarted = own.ok && own.value.postmaster_started_at !== this.#memory.memberStartedAt;
    if (restarted) for (const watch of this.#watches.values()) watch.forget();
    await Promise.all([
      this.#askStore(),
      ...[...this.#watches.values()].map((watch) => watch.look(peerPatienceMs)),
    ]);
    const peers: Record<string, Seen<MemberStatus>> = {};
    for (const [name, watch] of this.#watches) peers[name] = watch.latest(peerMaxAgeMs);
    return { nowMs: this.#now(), own, peers, store: this.#store };
  }

  async #lookAtOwn(): Promise<Seen<MemberStatus>> {
    try {
      return seen(await this.#ports.own.tick());
    } catch (error) {
      return unseen(errorText(error));
    }
  }

  /** etcd's last answer stays valid while it is away: it only ever adds facts. */
  async #askStore(): Promise<void> {
    const everyMs = this.#store.initialised ? storeEveryMs.after : storeEveryMs.before;
    if (this.#now() - this.#storeAskedMs < everyMs) return;
    this.#storeAskedMs = this.#now();
    await this.#storeWatch.look(peerPatienceMs);
    const latest = this.#storeWatch.latest(Number.POSITIVE_INFINITY);
    if (latest.ok) this.#store = latest.value;
  }

  async #act(actions: readonly Action[]): Promise<void> {
    const isVerdict = (action: Action) => action.kind === "admit" || action.kind === "withdraw";
    for (const action of actions.filter(isVerdict)) await this.#run(action);
    const slow = actions.filter((action) => !isVerdict(action));
    if (slow.length === 0 || this.#acting !== undefined) return;
    this.#acting = (async () => {
      for (const action of slow) await this.#run(action);
    })().finally(() => {
      this.#acting = undefined;
    });
  }

  async #run(action: Action): Promise<void> {
    const key = actionKey(action);
    if (!this.#backoff.allows(key, this.#now())) return;
    try {
      if (action.kind === "mark") {
        await this.#ports.etcd.putMark(action.member, {
          systemIdentifier: action.systemIdentifier,
        });
        this.#storeAskedMs = Number.NEGATIVE_INFINITY;
      } else {
        await this.#ports.own.act(action);
      }
      const restMs = action.kind === "restart" ? 10_000 : action.kind === "mark" ? 1000 : 0;
      this.#backoff.succeeded(key, this.#now(), restMs);
      this.#log("info", "done", { ...action });
    } catch (error) {
      const retryMs = this.#backoff.failed(key, this.#now());
      this.#log("warn", "failed", { ...action, error: errorText(error), retryMs });
    }
  }
}
