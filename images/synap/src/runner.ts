/** Starts and ends what runs here, in the role that was decided. */
import { randomUUID } from "node:crypto";
import type { Role } from "./decide.ts";
import { say } from "./log.ts";
import type { Member } from "./member.ts";
import { isOpen } from "./peers.ts";
import {
  catchUp,
  laterBase,
  prepareLog,
  prepareScratch,
  type Base,
  type Running,
} from "./running.ts";
import { Server } from "./server.ts";
import { paths } from "./settings.ts";
import { Tunnel } from "./tunnel.ts";

/** How often a master looks how many writes it has taken. */
const baseMs = 2000;
/** How long a replica's server may take to ask for its link. */
const linkMs = 15_000;

export class Runner {
  running: Running = { role: "none", reason: "starting" };
  readonly #member: Member;
  #told = "";
  #looked = 0;

  constructor(member: Member) {
    this.#member = member;
  }

  async become(role: Role): Promise<void> {
    if (role.role === "none") return this.halt(role.reason);
    if (role.role === "master") {
      await this.#member.mirror.stop();
      if (this.running.role !== "master" || !this.running.server.running) return this.#lead();
      const { level } = this.#member.room;
      if (level === "low") await this.#member.guard.set("full");
      // A write that found no room may have left a part of itself, behind which the server would go on.
      else if (this.#member.guard.mode === "full") return this.halt("there is room again");
      return this.#keepBase(this.running);
    }
    if (this.running.role === "master") await this.halt(`${role.of} is master now`);
    this.#member.mirror.follow(role.of);
    await this.#replicate(role.of);
  }

  async #lead(): Promise<void> {
    await this.halt("starting as master");
    const log = await prepareLog();
    const alone = this.#member.isLone;
    const server = this.#spawn(alone ? "standalone" : "master", paths.home);
    this.running = {
      role: "master",
      server,
      run: randomUUID(),
      base: { bytes: log.bytes, offset: 0 },
    };
    const key = await server.answering();
    await this.#member.guard.set(this.#member.room.look() === "low" ? "full" : "master", key);
    this.#tell("master", { entries: log.entries, alone });
  }

  async #keepBase(running: Running & { role: "master" }): Promise<void> {
    const { rebaseAfter = 400_000 } = this.#member.settings;
    if (Date.now() - this.#looked < baseMs) return;
    this.#looked = Date.now();
    const { offset } = await running.server.replication();
    if (offset - running.base.offset > rebaseAfter) running.base = await laterBase(running.base);
  }

  async #replicate(of: string): Promise<void> {
    const { running } = this;
    const master = this.#member.said(of);
    const live = running.role === "replica" && running.of === of && running.server.running;
    // While nobody is master, what is here is the best there is: reads go on.
    if (!master || master.mode !== "master" || !isOpen(master) || !master.run || !master.base) {
      if (!live) await this.halt(`the master ${of} does not answer or is not open`);
      return;
    }
    if (live && running.run === master.run && !running.broken) {
      if (running.tunnel.up && !running.caughtUp) await this.#catchUp(running);
      if (!running.tunnel.up && Date.now() - running.since > linkMs) running.broken = true;
      return;
    }
    if (this.#member.mirror.size === undefined || this.#member.mirror.size < master.base.bytes) {
      if (!live) await this.halt(`copying the log of ${of}`);
      return;
    }
    // What was heard may be older than the end of the link: what is here is given up only for a master that is there.
    const now = await this.#member.peers.status(of).catch(() => undefined);
    if (now && isOpen(now) && now.run === master.run && now.base)
      await this.#seed(of, master.run, now.base);
  }

  /** A server that begins with the master's log up to a known operation, and takes all later ones from the stream. */
  async #seed(of: string, run: string, base: Base): Promise<void> {
    await this.halt(`starting from the log of ${of}`);
    prepareScratch(base.bytes);
    const onEnd = () => {
      if (this.running.role === "replica" && this.running.tunnel === tunnel)
        this.running.broken = true;
      this.#member.wake();
    };
    const tunnel = await Tunnel.open({
      peers: this.#member.peers,
      master: of,
      run,
      offset: base.offset,
      onEnd,
    });
    const server = this.#spawn("replica", paths.scratch);
    const since = Date.now();
    this.running = {
      role: "replica",
      server,
      tunnel,
      of,
      run,
      base,
      since,
      caughtUp: false,
      broken: false,
    };
    await this.#member.guard.set("closed", await server.answering());
    this.#member.wake();
  }

  async #catchUp(running: Running & { role: "replica" }): Promise<void> {
    const offset = await catchUp(running, this.#member.peers);
    if (offset === undefined) return;
    running.caughtUp = true;
    await this.#member.guard.set("replica");
    this.#tell("replica", { of: running.of, offset });
  }

  #spawn(role: "standalone" | "master" | "replica", directory: string): Server {
    return new Server(role, directory, this.#member.settings.user, (how) => {
      if (!this.#member.stopped) say("info", "the server has ended", { role, how });
      this.#member.wake();
    });
  }

  async halt(reason: string): Promise<void> {
    const { running } = this;
    this.running = { role: "none", reason };
    await this.#member.guard.set("closed");
    if (running.role !== "none") {
      if (running.role === "replica") running.tunnel.close();
      await running.server.stop();
    }
    this.#tell("none", { reason });
  }

  #tell(mode: string, fields: Record<string, unknown>): void {
    const text = JSON.stringify([mode, fields]);
    if (text !== this.#told)
      say("info", `this member is ${mode}`, { ...fields, epoch: this.#member.state.epoch });
    this.#told = text;
  }
}
