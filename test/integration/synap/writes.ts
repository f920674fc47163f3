/** A client that writes while members change, and what is there of it afterwards. */
import { Ledger } from "../../support/ledger.ts";
import type { SynapLab } from "./lab.ts";

export class Writes {
  readonly #lab: SynapLab;

  constructor(lab: SynapLab) {
    this.#lab = lab;
  }

  /** Writes one key after another until it is stopped, and remembers what was acknowledged. */
  readonly writer = (names: readonly string[], prefix: string) => {
    const ledger = new Ledger(async (id) => {
      for (const name of names)
        if (
          (await this.#lab.set(name, `${prefix}:${id}`, "kept").catch(() => undefined))?.status ===
          200
        )
          return;
      throw new Error(`none of ${names.join(", ")} took it`);
    });
    return {
      get acknowledged() {
        return ledger.acknowledged.map((id) => `${prefix}:${id}`);
      },
      stop: () => ledger.stop(),
    };
  };

  /** Those of the keys that a member does not have. */
  readonly lost = async (name: string, keys: readonly string[]): Promise<string[]> => {
    const gone: string[] = [];
    for (let at = 0; at < keys.length; at += 16) {
      const part = keys.slice(at, at + 16);
      const values = await Promise.all(part.map((key) => this.#lab.get(name, key)));
      gone.push(...part.filter((_, index) => values[index] !== "kept"));
    }
    return gone;
  };
}
