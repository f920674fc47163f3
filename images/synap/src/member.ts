/** One member: brings what runs here in line with what was decided, again and again. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { decide, type Role } from "./decide.ts";
import { Guard } from "./guard.ts";
import { errorText, say } from "./log.ts";
import { Mirror } from "./mirror.ts";
import { isOpen, Peers, type Status } from "./peers.ts";
import { Relief, Volume } from "./relief.ts";
import { laterBase, prepareLog, prepareScratch, type Base, type Running } from "./running.ts";
import { Server } from "./server.ts";
import { paths, readSettings, type Settings } from "./settings.ts";
import { loadState, saveState, type State } from "./state.ts";
import { Tunnel } from "./tunnel.ts";

const pollMs = 300;
/** How often a master looks how many writes it has taken. */
const baseMs = 2000;
/** How long a replica's server may take to ask for its link. */
const linkMs = 15_000;
/** How long a starting master waits for others to say that one of them has taken over. */
const graceMs = 4000;

export class Member {
  settings: Settings;
  state: State;
  running: Running = { role: "none", reason: "starting" };
  readonly guard: Guard;
  readonly peers = new Peers();
  readonly mirror: Mirror;
  readonly room = new Volume();
  readonly #relief = new Relief(this);
  readonly #started = Date.now();
  #said: Record<string, Status | undefined> = {};
  #heard = new Set<string>();
  /** Whether a replica has asked for its stream: a lone member's server keeps none. */
  #linked = false;
  #stopped = false;
  #wake: () => void = () => undefined;
  #told = "";
  #looked = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(onGuardEnd: (how: string) => void) {
    this.guard = new Guard(onGuardEnd);
    this.settings = readSettings();
    this.state = { declared: this.settings.master, ...loadState(paths.state) };
    this.mirror = new Mirror(this.peers, () => this.wake());
  }

  get others(): string[] {
    return this.settings.members.filter((member) => member !== this.settings.name);
  }

  said(peer: string): Status | undefined {
    return this.#said[peer];
  }

  wake(): void {
    this.#wake();
  }

  async run(): Promise<void> {
    this.guard.start();
    void this.#listen();
    while (!this.#stopped) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      await this.#alone(async () => {
        try {
          if (!this.#stopped) await this.#step();
        } catch (error) {
          await this.#halt(errorText(error));
          await sleep(500);
        }
      });
      await Promise.race([woken, sleep(pollMs)]);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    if (this.running.role !== "none") void this.running.server.stop(); // also one that is still reading its log
    await this.#alone(() => this.#halt("stopping"));
    await this.mirror.stop();
    await this.guard.stop();
  }

  change(state: State): void {
    saveState(paths.state, state);
    this.state = state;
    this.wake();
  }

  /** A replica wants the stream: from then on the server is one that keeps it. */
  async link(): Promise<void> {
    if (this.#linked || this.settings.members.length > 1) return;
    this.#linked = true;
    await this.restart("a replica has come");
  }

  /** Whether this member answers clients in a role before a time is over. */
  async serves(role: "master" | "replica", withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    while (this.guard.mode !== role && !this.#stopped && Date.now() < deadline) await sleep(20);
    return this.guard.mode === role;
  }

  /** The server starts anew with what is in its files now. */
  async restart(reason: string): Promise<void> {
    await this.#alone(() => this.#halt(reason));
    this.wake();
  }

  /** One thing at a time is done to what runs here. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #listen(): Promise<void> {
    while (!this.#stopped) {
      await Promise.all(
        this.others.map(async (peer) => {
          this.#said[peer] = await this.peers.status(peer).catch(() => undefined);
          if (this.#said[peer]) this.#heard.add(peer);
        }),
      );
      this.wake();
      await sleep(pollMs);
    }
  }

  async #step(): Promise<void> {
    const { name } = this.settings;
    this.room.look();
    const decision = decide({
      name,
      declared: this.settings.master,
      state: this.state,
      peers: Object.fromEntries(this.others.map((peer) => [peer, this.#said[peer]?.state])),
      asked:
        Date.now() - this.#started > graceMs || this.others.every((peer) => this.#heard.has(peer)),
    });
    if (decision.state !== this.state) this.change(decision.state);
    await this.#become(decision.role);
  }

  async #become(role: Role): Promise<void> {
    if (role.role === "none") return this.#halt(role.reason);
    if (role.role === "master") {
      await this.mirror.stop();
      if (this.running.role !== "master" || !this.running.server.running) return this.#lead();
      const { level } = this.room;
      if (level === "low") await this.guard.set("full");
      // A write that found no room may have left a part of itself, behind which the server would go on.
      else if (this.guard.mode === "full") return this.#halt("there is room again");
      return this.#keepBase(this.running);
    }
    if (this.running.role === "master") await this.#halt(`${role.of} is master now`);
    this.mirror.follow(role.of);
    await this.#replicate(role.of);
    this.#relief.consider(role.of);
  }

  async #lead(): Promise<void> {
    await this.#halt("starting as master");
    const log = await prepareLog();
    const alone = this.settings.members.length === 1 && !this.#linked;
    const server = this.#spawn(alone ? "standalone" : "master", paths.home);
    this.running = {
      role: "master",
      server,
      run: randomUUID(),
      base: { bytes: log.bytes, offset: 0 },
    };
    const key = await server.answering();
    await this.guard.set(this.room.look() === "low" ? "full" : "master", key);
    this.#tell("master", { entries: log.entries, alone });
  }

  async #keepBase(running: Running & { role: "master" }): Promise<void> {
    const { rebaseAfter = 400_000 } = this.settings;
    if (Date.now() - this.#looked < baseMs) return;
    this.#looked = Date.now();
    const { offset } = await running.server.replication();
    if (offset - running.base.offset > rebaseAfter) running.base = await laterBase(running.base);
  }

  async #replicate(of: string): Promise<void> {
    const { running } = this;
    const master = this.#said[of];
    const live = running.role === "replica" && running.of === of && running.server.running;
    // While nobody is master, what is here is the best there is: reads go on.
    if (!master || master.mode !== "master" || !isOpen(master) || !master.run || !master.base) {
      if (!live) await this.#halt(`the master ${of} does not answer or is not open`);
      return;
    }
    if (live && running.run === master.run && !running.broken) {
      if (running.tunnel.up && !running.caughtUp) await this.#catchUp(running);
      if (!running.tunnel.up && Date.now() - running.since > linkMs) running.broken = true;
      return;
    }
    if (this.mirror.size === undefined || this.mirror.size < master.base.bytes) {
      if (!live) await this.#halt(`copying the log of ${of}`);
      return;
    }
    // What was heard may be older than the end of the link: what is here is given up only for a master that is there.
    const now = await this.peers.status(of).catch(() => undefined);
    if (now && isOpen(now) && now.run === master.run && now.base)
      await this.#seed(of, master.run, now.base);
  }

  /** A server that begins with the master's log up to a known operation, and takes all later ones from the stream. */
  async #seed(of: string, run: string, base: Base): Promise<void> {
    await this.#halt(`starting from the log of ${of}`);
    prepareScratch(base.bytes);
    const onEnd = () => {
      if (this.running.role === "replica" && this.running.tunnel === tunnel)
        this.running.broken = true;
      this.wake();
    };
    const tunnel = await Tunnel.open({
      peers: this.peers,
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
    await this.guard.set("closed", await server.answering());
    this.wake();
  }

  async #catchUp(running: Running & { role: "replica" }): Promise<void> {
    const target = (await this.peers.status(running.of)).offset;
    const deadline = Date.now() + 10_000;
    while (target !== undefined && running.tunnel.up && Date.now() < deadline) {
      const { offset } = await running.server.replication();
      if (Math.max(offset, running.base.offset) >= target) {
        running.caughtUp = true;
        await this.guard.set("replica");
        this.#tell("replica", { of: running.of, offset: target });
        return;
      }
      await sleep(20);
    }
  }

  #spawn(role: "standalone" | "master" | "replica", directory: string): Server {
    return new Server(role, directory, this.settings.user, (how) => {
      if (!this.#stopped) say("info", "the server has ended", { role, how });
      this.wake();
    });
  }

  async #halt(reason: string): Promise<void> {
    const { running } = this;
    this.running = { role: "none", reason };
    await this.guard.set("closed");
    if (running.role !== "none") {
      if (running.role === "replica") running.tunnel.close();
      await running.server.stop();
    }
    this.#tell("none", { reason });
  }

  #tell(mode: string, fields: Record<string, unknown>): void {
    const text = JSON.stringify([mode, fields]);
    if (text !== this.#told)
      say("info", `this member is ${mode}`, { ...fields, epoch: this.state.epoch });
    this.#told = text;
  }
}
