/** What a member makes of the room on volumes, its own and that of the master which it follows; and of a hand-over that has not ended. */
import { errorText, say } from "./log.ts";
import type { Member } from "./member.ts";
import { look, lowText, roomOf, successor, type Bytes, type Room } from "./room.ts";
import { takeOver } from "./takeover.ts";

export class Volume {
  level: Room = "enough";
  bytes: Bytes = { free: Infinity, size: Infinity };

  look(): Room {
    this.bytes = look();
    const level = roomOf(this.bytes, this.level);
    if (level === "low") {
      if (this.level !== "low") say("warn", lowText(this.bytes));
    } else if (this.level === "low") say("info", "there is room again", { ...this.bytes });
    this.level = level;
    return level;
  }
}

/** Members on one disk come to be short together, and each is to hear it of the others. */
const afterMs = 3000;

/**
 * A master without room takes no writes, and a replica that has room takes over from it: as by hand, so the master stops
 * first and nothing is missing. The replica asks, since it is always the new master that carries a change out.
 */
export class Relief {
  readonly #member: Member;
  #since: number | undefined;
  #busy = false;

  constructor(member: Member) {
    this.#member = member;
  }

  consider(master: string): void {
    if (this.#busy) return;
    const why = this.#reason(master);
    if (why === undefined) {
      this.#since = undefined;
      return;
    }
    this.#since ??= Date.now();
    if (Date.now() - this.#since < afterMs) return;
    this.#busy = true;
    void this.#take(master, why);
  }

  #reason(master: string): string | undefined {
    const { running, settings, room, others } = this.#member;
    const theirs = this.#member.said(master);
    // Whoever was to take over, and ended before it had: nobody else may, and nobody takes writes until it has.
    if (theirs?.state.yields?.to === settings.name) return "the master has handed over to this";
    if (theirs?.mode !== "master" || theirs.room !== "low" || running.role !== "replica") return;
    const ready = running.caughtUp && running.tunnel.up;
    const own = { mode: "replica" as const, ready, room: room.level };
    const said = Object.fromEntries(others.map((peer) => [peer, this.#member.said(peer)]));
    const next = successor(settings.members, { ...said, [settings.name]: own });
    return next === settings.name ? "the master has no room for writes" : undefined;
  }

  async #take(master: string, why: string): Promise<void> {
    try {
      say("info", "taking over", { master, why });
      say("info", await takeOver(this.#member, false));
    } catch (error) {
      say("warn", "not taken over", { master, reason: errorText(error) });
    } finally {
      this.#busy = false;
      this.#since = undefined;
    }
  }
}
