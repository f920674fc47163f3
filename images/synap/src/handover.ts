/** The master gives its role away before it is stopped for longer than a restart takes. */
import type { Member } from "./member.ts";
import { successor } from "./room.ts";

/** Ends when another serves as master, which does the work: see takeover.ts. An error leaves the role here. */
export async function handOver(member: Member): Promise<string> {
  const { name, members } = member.settings;
  if (member.running.role !== "master")
    return `${name} is not master: there is nothing to hand over`;
  const asked = member.others.map(
    async (peer) => [peer, await member.peers.status(peer).catch(() => undefined)] as const,
  );
  const said = Object.fromEntries(await Promise.all(asked));
  const next = successor(members, said);
  if (next === undefined) {
    const reasons = member.others.map((peer) => `${peer}: ${said[peer]?.reason ?? "no answer"}`);
    throw new Error(
      `no replica has all of the data and room for more (${reasons.join("; ") || "there is none"}): ${name} stays master`,
    );
  }
  await member.peers.call("POST", next, "/synfleet/takeover", {});
  return `${next} is master now, with all of ${name}'s data`;
}
