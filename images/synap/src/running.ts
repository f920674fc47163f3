/** What a member's server is started on. */
import { copyFileSync, mkdirSync, rmSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./log.ts";
import type { Peers } from "./peers.ts";
import type { Server } from "./server.ts";
import { paths } from "./settings.ts";
import type { Tunnel } from "./tunnel.ts";
import { scan, trim, type Scan } from "./wal.ts";

/** How much of the log was there when the master had sent `offset` operations of its run. */
export interface Base {
  readonly bytes: number;
  readonly offset: number;
  /** Entries of this run that are within these bytes. */
  readonly entries?: number;
}

/** What runs here at present. */
export type Running =
  | { readonly role: "none"; reason: string }
  | { readonly role: "master"; readonly server: Server; readonly run: string; base: Base }
  | {
      readonly role: "replica";
      readonly server: Server;
      readonly tunnel: Tunnel;
      readonly of: string;
      readonly run: string;
      readonly base: Base;
      readonly since: number;
      caughtUp: boolean;
      /** The link was up and is no more, or never came up: it never will, for this server. */
      broken: boolean;
    };

/**
 * Writes that the server has in hand at most: it numbers them for replicas before they are logged, and maybe in another
 * order. The guard lets no more than 512 requests through.
 */
const inHand = 600;

/**
 * A later beginning for replicas, since the server forgets the oldest of its writes. The log has them all; those that may
 * have been in hand are sent once more, which changes nothing about a key that is set or deleted.
 */
export async function laterBase({ bytes, entries = 0 }: Base): Promise<Base> {
  const added = await scan(paths.log, bytes);
  const all = entries + added.entries;
  return { bytes: added.bytes, entries: all, offset: Math.max(0, all - inHand) };
}

/** How long a replica may take to get what its master had when it was asked, until it is asked anew. */
const catchUpMs = 10_000;

/** Waits until a replica has what its master had a moment ago; up to which operation, or nothing where that took too long. */
export async function catchUp(
  { of, tunnel, server, base }: Running & { role: "replica" },
  peers: Peers,
): Promise<number | undefined> {
  const target = (await peers.status(of)).offset;
  const deadline = Date.now() + catchUpMs;
  while (target !== undefined && tunnel.up && Date.now() < deadline) {
    const { offset } = await server.replication();
    if (Math.max(offset, base.offset) >= target) return target;
    await sleep(20);
  }
  return undefined;
}

/** The log as a master may go on with it. */
export async function prepareLog(): Promise<Scan> {
  mkdirSync(dirname(paths.log), { recursive: true });
  const log = await trim(paths.log);
  if (log.damage) {
    throw new Error(
      `the write-ahead log cannot be used: ${log.damage}. Nothing was changed. Promote another member, or restore a backup into an empty volume`,
    );
  }
  if (log.torn > 0)
    say("warn", "cut off what a crash left of the log's last entry", { bytes: log.torn });
  return log;
}

/** A fresh directory for a replica's server, with the log up to where it is to begin. */
export function prepareScratch(bytes: number): void {
  const copy = join(paths.scratch, "wal", "synap.wal");
  rmSync(paths.scratch, { recursive: true, force: true });
  mkdirSync(dirname(copy), { recursive: true });
  if (bytes === 0) return;
  copyFileSync(paths.log, copy);
  truncateSync(copy, bytes);
}
