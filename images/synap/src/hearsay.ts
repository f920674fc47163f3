/** What the other members said of themselves last, asked again and again. */
import type { Peers, Status } from "./peers.ts";

export class Hearsay {
  readonly #peers: Peers;
  readonly #last: Record<string, Status | undefined> = {};
  readonly #ever = new Set<string>();

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  /** Nothing of one that did not answer the last time. */
  of(peer: string): Status | undefined {
    return this.#last[peer];
  }

  /** Whether each has answered once. */
  hasHeard(peers: readonly string[]): boolean {
    return peers.every((peer) => this.#ever.has(peer));
  }

  /** Who answers is heard at once, also while another does not. */
  async ask(peers: readonly string[]): Promise<void> {
    await Promise.all(
      peers.map(async (peer) => {
        const status = await this.#peers.status(peer).catch(() => undefined);
        this.#last[peer] = status;
        if (status) this.#ever.add(peer);
      }),
    );
  }
}
