/** A client that writes while members change, and what is there of it afterwards. */
import type { SynapLab } from "./lab.ts";

export class Writes {
  readonly #lab: SynapLab;

  constructor(lab: SynapLab) {
    this.#lab = lab;
  }

  /** Writes one key after another until it is stopped, and remembers what was acknowledged. */
  readonly writer = (names: readonly string[], prefix: string) => {
    const acknowledged: string[] = [];
    let stopped = false;
    const done = (async () => {
      for (let n = 0; !stopped; n += 1) {
        for (const name of names) {
          const answer = await this.#lab.set(name, `${prefix}:${n}`, "kept").catch(() => undefined);
          if (answer?.status !== 200) continue;
          acknowledged.push(`${prefix}:${n}`);
          break;
        }
      }
    })();
    return {
      acknowledged,
      stop: async () => {
        stopped = true;
        await done;
      },
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
