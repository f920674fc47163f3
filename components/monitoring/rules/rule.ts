/** An alert: what is wrong, since when it counts, and what a person does about it. */
export interface Rule {
  /** PascalCase; the name is what silences and routes are built on, so it does not change. */
  readonly alert: string;
  readonly expr: string;
  /** The job whose series it reads: without that job there is no such rule. @default - in every stack */
  readonly job?: string;
  readonly for: string;
  /** `critical`: clients notice now; `warning`: they will, if nobody acts. */
  readonly severity: "critical" | "warning";
  readonly summary: string;
  readonly runbook: string;
}

/** Limits of the alerts. Changes are reloads. */
export interface RulesArgs {
  /** What is scraped: rules about other things are left out. */
  readonly jobs: readonly string[];
  /** Number of etcd members, for its quorum. @default 3 */
  readonly etcdMembers?: number;
  /** @default 67108864 */
  readonly lagBytes?: number;
  /** @default 30 */
  readonly lagSeconds?: number;
  /** Conflicts per second over five minutes. @default 1 */
  readonly conflictsPerSecond?: number;
  /** WAL that a member may keep for a peer that is away. @default 1073741824 */
  readonly slotRetainedBytes?: number;
  /** Share of max_connections in use. @default 0.8 */
  readonly connectionShare?: number;
  /** Share of a file system that has to stay free. @default 0.1 */
  readonly diskFreeShare?: number;
  /** @default 21 */
  readonly certificateDays?: number;
  /** Age of the oldest transaction; PostgreSQL stops at about 2.1 billion. @default 1000000000 */
  readonly transactionAge?: number;
}
