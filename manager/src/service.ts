import { X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import { type EtcdPort, etcdPort } from "./adapters/etcd.ts";
import { type MemberPort, memberPort } from "./adapters/member.ts";
import { Database } from "./adapters/postgres.ts";
import { createApp } from "./app.ts";
import { type RaftStatus, raftStatus } from "./cluster/raft.ts";
import { type Ports, Reconciler } from "./cluster/reconciler.ts";
import { type MemberConfig, splitMembers } from "./config.ts";
import { type Log, errorText } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { Unavailable } from "./problem.ts";
import { type Runtime, loadRuntime } from "./runtime.ts";
import { type Listener, listen } from "./server.ts";

const raftEveryMs = 3000;
const filesEveryMs = 5000;
const hurriedPollMs = 300;
const hurryForMs = 60_000;

/** The running manager: one poll loop, one listener, and a reload that replaces all but these. */
export class Service {
  readonly #file: string;
  readonly #log: Log;
  readonly #onRuntime: (runtime: Runtime) => void;
  #runtime: Runtime;
  #reconciler: Reconciler;
  #etcd: EtcdPort;
  #raft: { status: RaftStatus | undefined; atMs: number } = { status: undefined, atMs: 0 };
  #listener: Listener | undefined;
  #loop: Promise<void> | undefined;
  #filesSeen = "";
  #stopping = new AbortController();
  #reloadWanted = false;
  #settledAtMs = Date.now();
  #unsettledAtMs = 0;

  constructor(file: string, runtime: Runtime, log: Log, onRuntime: (runtime: Runtime) => void) {
    this.#file = file;
    this.#log = log;
    this.#onRuntime = onRuntime;
    this.#runtime = runtime;
    const ports = connect(runtime);
    this.#etcd = ports.etcd;
    this.#reconciler = new Reconciler(runtime.config, ports, log, Date.now);
  }

  async start(): Promise<void> {
    const metrics = createMetrics(
      this.#reconciler.own.name,
      () => this.#reconciler.snapshot,
      () => this.#raft.status,
      () => ({
        ...this.#reconciler.certificateEnds(),
        ca: certificateEnd(this.#runtime.tls.ca),
        [`manager of ${this.#reconciler.own.name}`]: certificateEnd(this.#runtime.tls.cert),
      }),
    );
    const app = createApp({
      config: () => this.#runtime.config,
      own: () => this.#reconciler.own,
      token: () => this.#runtime.token,
      fingerprint: () => this.#runtime.fingerprint,
      snapshot: () => this.#reconciler.snapshot,
      raft: () => this.#askRaft(),
      lastRaft: () => this.#raft.status,
      metrics: () => metrics.render(),
      now: Date.now,
      log: this.#log,
    });
    const { config, tls } = this.#runtime;
    this.#listener = await listen(app, config.listen, tls);
    this.#filesSeen = await this.#fileTimes();
    this.#log("info", "serving", { member: config.serves, port: config.listen.port });
    this.#loop = this.#poll(metrics);
  }

  /** Asks for a reload; it happens between two ticks. */
  reload(): void {
    this.#reloadWanted = true;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#listener?.close(), this.#loop]);
    await this.#reconciler.close();
  }

  async #poll(metrics: ReturnType<typeof createMetrics>): Promise<void> {
    let filesAtMs = Date.now();
    while (!this.#stopping.signal.aborted) {
      const startedMs = Date.now();
      const stopTimer = metrics.tickSeconds.startTimer();
      try {
        if (startedMs - filesAtMs >= filesEveryMs) {
          filesAtMs = startedMs;
          await this.#noticeChangedFiles();
        }
        if (this.#reloadWanted) await this.#applyFiles();
        await this.#reconciler.tick();
        if (startedMs - this.#raft.atMs >= raftEveryMs) await this.#refreshRaft();
      } catch (error) {
        metrics.tickFailures.inc();
        this.#log("error", "round failed", { error: errorText(error) });
      }
      stopTimer();
      const { pollMilliseconds } = this.#runtime.config;
      const everyMs = this.#hurry() ? Math.min(pollMilliseconds, hurriedPollMs) : pollMilliseconds;
      const restMs = everyMs - (Date.now() - startedMs);
      await sleep(Math.max(restMs, 50), this.#stopping.signal);
    }
  }

  /** Looks more often while members are being opened, but not for ever when one is gone. */
  #hurry(): boolean {
    if (this.#reconciler.settled) this.#settledAtMs = Date.now();
    else this.#unsettledAtMs = Date.now();
    return this.#unsettledAtMs > this.#settledAtMs && Date.now() - this.#settledAtMs < hurryForMs;
  }

  async #askRaft(): Promise<RaftStatus> {
    const { own, config } = this.#reconciler;
    // A cluster may have more members than etcd has; those ask the first one.
    const endpoint = own.etcd ?? config.etcd[0]?.name ?? "";
    try {
      const status = await this.#etcd.status(endpoint);
      const names = await this.#memberNames(own);
      return raftStatus(own, config.members, status, names, Date.now());
    } catch (error) {
      throw new Unavailable(`etcd member ${endpoint} does not answer: ${errorText(error)}`);
    }
  }

  #names: { map: ReadonlyMap<string, string>; atMs: number } = { map: new Map(), atMs: 0 };

  /** The member list needs a quorum, which a status must not: the last one known will do. */
  async #memberNames(own: MemberConfig): Promise<ReadonlyMap<string, string>> {
    if (this.#names.map.size > 0 && Date.now() - this.#names.atMs < 10_000) return this.#names.map;
    try {
      this.#names = { map: await this.#etcd.members(), atMs: Date.now() };
    } catch (error) {
      this.#names = { ...this.#names, atMs: Date.now() };
      this.#log("debug", "no member list", { member: own.name, error: errorText(error) });
    }
    return this.#names.map;
  }

  async #refreshRaft(): Promise<void> {
    const atMs = Date.now();
    const status = await this.#askRaft().catch(() => undefined);
    this.#raft = { status, atMs };
  }

  /** For files that change without a signal, such as a renewed certificate on a mounted volume. */
  async #noticeChangedFiles(): Promise<void> {
    const times = await this.#fileTimes();
    if (times === this.#filesSeen) return;
    this.#filesSeen = times;
    this.#reloadWanted = true;
  }

  async #fileTimes(): Promise<string> {
    const { tls, tokenFile } = this.#runtime.config;
    const files = [this.#file, tls.caFile, tls.certFile, tls.keyFile, tokenFile];
    const times = await Promise.all(
      files.map((file) =>
        stat(file).then(
          (info) => `${info.ino}:${info.mtimeMs}:${info.size}`,
          () => "missing",
        ),
      ),
    );
    return times.join(" ");
  }

  async #applyFiles(): Promise<void> {
    this.#reloadWanted = false;
    const next = await loadRuntime(this.#file).catch((error: unknown) => {
      this.#log("error", "reload refused; the running configuration stays", {
        error: errorText(error),
      });
      return undefined;
    });
    if (next === undefined || next.fingerprint === this.#runtime.fingerprint) return;
    const why = needsRestart(this.#runtime, next);
    if (why !== undefined) {
      this.#log("warn", "a restart is needed; the running configuration stays", { why });
      return;
    }
    const old = this.#reconciler;
    const ports = connect(next);
    this.#reconciler = new Reconciler(next.config, ports, this.#log, Date.now, old);
    this.#etcd = ports.etcd;
    this.#runtime = next;
    this.#onRuntime(next);
    this.#listener?.useCertificate(next.tls);
    this.#log("info", "reloaded", { configuration: next.fingerprint });
    // Actions under way may take seconds; the new reconciler need not wait for them.
    old.close().catch((error: unknown) => {
      this.#log("warn", "closing old connections failed", { error: errorText(error) });
    });
  }
}

/** What a reload cannot change, or nothing. */
export function needsRestart(running: Runtime, next: Runtime): string | undefined {
  const address = ({ config }: Runtime) => `${config.listen.host}:${config.listen.port}`;
  if (address(running) !== address(next)) return "listen";
  if (running.config.serves !== next.config.serves) return "serves";
  return undefined;
}

function connect({ config, tls }: Runtime): Ports {
  const { own, peers } = splitMembers(config);
  const port = (member: MemberConfig): MemberPort => {
    const { host, port } = member;
    const target = { host, port, database: config.database.name, user: config.database.user };
    const name = `synfleet manager of ${own.name}`;
    return memberPort(new Database(target, tls, name), new Database(target, tls, name));
  };
  return {
    own: port(own),
    peers: new Map(peers.map((peer) => [peer.name, port(peer)])),
    etcd: etcdPort(config.cluster, config.etcd, tls),
  };
}

function certificateEnd(pem: string): number {
  return Date.parse(new X509Certificate(pem).validTo) / 1000;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
