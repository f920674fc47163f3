/** How much room the volume of the data has, and when that is too little to take writes. Pure but for the look itself. */
import { statfsSync } from "node:fs";
import { data } from "./settings.ts";

export type Room = "enough" | "low";

export interface Bytes {
  readonly free: number;
  readonly size: number;
}

const MiB = 1 << 20;

export function look(path: string = data): Bytes {
  const { bavail, blocks, bsize } = statfsSync(path);
  return { free: bavail * bsize, size: blocks * bsize };
}

/** Below it no write is taken: 512 MiB, or 5 % of a volume below 10 GiB, and never less than what is in hand may need. */
export function limitOf(size: number): number {
  return Math.max(16 * MiB, Math.min(512 * MiB, Math.floor(size / 20)));
}

/** It takes twice the room to be better than it was, so that nobody flaps. */
export function roomOf({ free, size }: Bytes, before: Room): Room {
  return free < (before === "low" ? 2 : 1) * limitOf(size) ? "low" : "enough";
}

export function lowText({ free, size }: Bytes): string {
  return `the volume at ${data} is nearly full: ${Math.floor(free / MiB)} of ${Math.floor(size / MiB)} MiB left, and less than ${Math.floor(limitOf(size) / MiB)} take no writes. Make room on it or enlarge it; never delete files of the server`;
}

/** What a member says of itself that matters for who is to take the writes. */
export interface Candidate {
  readonly mode: "master" | "replica" | "none";
  readonly ready: boolean;
  readonly room?: Room;
}

/** The first, in the order of the members, of the replicas that have all and have room; none where there is none. */
export function successor(
  members: readonly string[],
  said: Readonly<Record<string, Candidate | undefined>>,
): string | undefined {
  return members.find((name) => {
    const member = said[name];
    return member?.mode === "replica" && member.ready && member.room === "enough";
  });
}
