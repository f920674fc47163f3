/** A client that knows several addresses: it asks the one that answered last, and where that fails the next, before it gives up. */
export class Anywhere {
  readonly #addresses: readonly string[];
  #answered = 0;

  constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
  }

  async ask<T>(use: (address: string) => Promise<T>): Promise<T> {
    let failure: unknown;
    for (let tried = 0; tried < this.#addresses.length; tried += 1) {
      try {
        return await use(this.#addresses[this.#answered]!);
      } catch (error) {
        failure = error;
        this.#answered = (this.#answered + 1) % this.#addresses.length;
      }
    }
    throw failure;
  }
}
