/** One member: brings what runs here in line with what was decided, again and again. */
import { setTimeout as sleep } from "node:timers/promises";
import { decide } from "./decide.ts";
import { Guard } from "./guard.ts";
import { Hearsay } from "./hearsay.ts";
import { errorText } from "./log.ts";
import { Mirror } from "./mirror.ts";
import { Peers, type Status } from "./peers.ts";
import { Relief, Volume } from "./relief.ts";
import { Runner } from "./runner.ts";
import type { Running } from "./running.ts";
import { paths, readSettings, type Settings } from "./settings.ts";
import { loadState, saveState, type State } from "./state.ts";

const pollMs = 300;
/** How long a starting master waits for others to say that one of them has taken over. */
const graceMs = 4000;

export class Member {
  settings: Settings;
  state: State;
  readonly guard: Guard;
  readonly peers = new Peers();
  readonly mirror: Mirror;
  readonly room = new Volume();
  readonly #runner = new Runner(this);
  readonly #relief = new Relief(this);
  readonly #started = Date.now();
  readonly #hearsay = new Hearsay(this.peers);
  /** Whether a replica has asked for its stream: a lone member's server keeps none. */
  #linked = false;
  #stopped = false;
  #wake: () => void = () => undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(onGuardEnd: (how: string) => void) {
    this.guard = new Guard(onGuardEnd);
    this.settings = readSettings();
    this.state = { declared: this.settings.master, ...loadState(paths.state) };
    this.mirror = new Mirror(this.peers, () => this.wake());
  }

  /** What runs here at present. */
  get running(): Running {
    return this.#runner.running;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Whether nobody is to have its stream. */
  get isLone(): boolean {
    return this.settings.members.length === 1 && !this.#linked;
  }

  get others(): string[] {
    return this.settings.members.filter((member) => member !== this.settings.name);
  }

  said(peer: string): Status | undefined {
    return this.#hearsay.of(peer);
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
          await this.#runner.halt(errorText(error));
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
    await this.#alone(() => this.#runner.halt("stopping"));
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
    await this.#alone(() => this.#runner.halt(reason));
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
      await this.#hearsay.ask(this.others);
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
      peers: Object.fromEntries(this.others.map((peer) => [peer, this.said(peer)?.state])),
      asked: Date.now() - this.#started > graceMs || this.#hearsay.hasHeard(this.others),
    });
    if (decision.state !== this.state) this.change(decision.state);
    await this.#runner.become(decision.role);
    if (decision.role.role === "replica") this.#relief.consider(decision.role.of);
  }
}
