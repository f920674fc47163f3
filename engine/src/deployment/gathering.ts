/**
 * A program registers at once all that leans on nothing. The first change to the world waits until these have been looked at, so
 * that what cannot be (a type that nobody serves, a bad input, a violated policy) is found before anything exists, without a preview too.
 */
const QUIET_MILLISECONDS = 20;
const LONGEST_MILLISECONDS = 1000;

export class Gathering {
  private looking = 0;
  private isAsked = false;
  private quiet: NodeJS.Timeout | undefined;
  private latest: NodeJS.Timeout | undefined;
  private readonly finish: () => void;
  private readonly over: Promise<void>;

  constructor() {
    let announce = (): void => {};
    this.over = new Promise((resolve) => (announce = resolve));
    this.finish = () => {
      clearTimeout(this.quiet);
      clearTimeout(this.latest);
      announce();
    };
  }

  /** Counts what is being looked at. */
  async during<T>(look: () => Promise<T>): Promise<T> {
    this.looking++;
    clearTimeout(this.quiet);
    try {
      return await look();
    } finally {
      if (--this.looking === 0) this.rest();
    }
  }

  /** Resolves when no more has come for a moment, once for the whole run. */
  ended(): Promise<void> {
    if (!this.isAsked) {
      this.isAsked = true;
      // A program that never pauses must not wait for itself.
      this.latest = setTimeout(this.finish, LONGEST_MILLISECONDS);
      if (this.looking === 0) this.rest();
    }
    return this.over;
  }

  private rest(): void {
    if (this.isAsked) this.quiet = setTimeout(this.finish, QUIET_MILLISECONDS);
  }
}
