import { z } from "zod";

const subscription = z.looseObject({
  peer: z.string(),
  name: z.string(),
  status: z.string(),
  enabled: z.boolean().nullish(),
  heartbeat_age_seconds: z.number().nullish(),
  /** How far the peer's WAL has been applied here. */
  received_lsn: z.string().nullish(),
});

const slot = z.looseObject({
  /** Unknown while the peer is still making its subscription. */
  peer: z.string().nullish(),
  slot_name: z.string(),
  active: z.boolean(),
  confirmed_flush_lsn: z.string().nullish(),
  lag_bytes: z.number().nullish(),
  retained_bytes: z.number().nullish(),
  wal_status: z.string().nullish(),
});

const memberStatus = z.looseObject({
  member: z.string().nullish(),
  number: z.number().nullish(),
  joined: z.boolean(),
  system_identifier: z.string(),
  server_version: z.string().nullish(),
  postmaster_started_at: z.string(),
  wal_lsn: z.string(),
  admitted: z.boolean(),
  reason: z.string().nullish(),
  ever_admitted: z.boolean(),
  /** The member whose files it began with, if any. */
  copied_from: z.string().nullish(),
  /** What an empty member was asked to copy, and how far it is. */
  copy: z
    .looseObject({
      donor: z.string().nullish(),
      peers: z.array(z.string()).nullish(),
      state: z.string().nullish(),
    })
    .nullish(),
  has_user_tables: z.boolean().nullish(),
  pending_restart: z.array(z.string()).nullish(),
  subscriptions: z.array(subscription).nullish(),
  slots: z.array(slot).nullish(),
  conflicts_total: z.number().nullish(),
  conflicts_last_minute: z.number().nullish(),
  sequences_repaired_total: z.number().nullish(),
  tables: z.record(z.string(), z.number()).nullish(),
  connections: z.looseObject({ used: z.number(), max: z.number() }).nullish(),
  /** Of the volume that its data is on. */
  room: z.looseObject({ free_bytes: z.number(), size_bytes: z.number() }).nullish(),
  /** Why its own manager could not write there at its last look. */
  write_error: z.string().nullish(),
});

/** What a member says about itself: the JSON of `synfleet.status()`. */
export type MemberStatus = z.output<typeof memberStatus>;
export type SubscriptionStatus = z.output<typeof subscription>;
export type SlotStatus = z.output<typeof slot>;

/** Checks the JSON of `synfleet.status()` or `synfleet.tick()`. */
export function parseMemberStatus(value: unknown): MemberStatus {
  const parsed = memberStatus.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new Error(
    `synfleet.status() of another version: ${first?.path.join(".") ?? "?"}: ${first?.message ?? "?"}`,
  );
}
