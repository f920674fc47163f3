/** What a member tells about itself. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Member } from "./member.ts";
import type { Status } from "./peers.ts";
import { lowText } from "./room.ts";
import { paths } from "./settings.ts";

export async function statusOf(member: Member): Promise<Status> {
  const { running, state, settings } = member;
  const info =
    running.role === "none" ? undefined : await running.server.replication().catch(() => undefined);
  const reason = whyNotReady(member);
  return {
    name: settings.name,
    state,
    mode: running.role,
    ready: reason === undefined,
    ...(reason && { reason }),
    room: member.room.level,
    open: ["master", "full"].includes(member.guard.mode),
    ...(running.role !== "none" && { run: running.run, base: running.base }),
    ...(info && {
      offset: Math.max(info.offset, running.role === "replica" ? running.base.offset : 0),
    }),
    ...(info && running.role === "master" && { replicas: info.replicas }),
    bytes: statSync(paths.log, { throwIfNoEntry: false })?.size ?? 0,
    aside: existsSync(paths.aside)
      ? readdirSync(paths.aside).map((entry) => join(paths.aside, entry))
      : [],
  };
}

function whyNotReady({ running, guard, room }: Member): string | undefined {
  if (running.role === "none") return running.reason;
  if (running.role === "master") {
    if (guard.mode === "full") return lowText(room.bytes);
    return guard.mode === "master" ? undefined : "the server does not answer yet";
  }
  if (!running.caughtUp) return `catching up with ${running.of}`;
  if (!running.tunnel.up)
    return `the link to ${running.of} is down; what is served is as old as that`;
  return undefined;
}
