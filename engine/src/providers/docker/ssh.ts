import { spawn, type ChildProcessByStdio } from "node:child_process";
import { Agent, type ClientRequestArgs } from "node:http";
import { Duplex, type Readable, type Writable } from "node:stream";

/** Stays below the number of unauthenticated connections at which an ssh server starts to refuse. */
const MAX_CONNECTIONS = 4;

/**
 * Carries HTTP over the machine's own ssh, as the Docker CLI does, so that ~/.ssh/config, known hosts and agents count.
 * A connection is kept for the next request: an ssh handshake costs more than most requests.
 */
export class SshAgent extends Agent {
  readonly #args: readonly string[];

  constructor(args: readonly string[]) {
    super({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
    this.#args = args;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex {
    const stream = new SshStream(this.#args);
    callback?.(null, stream);
    return stream;
  }
}

/** The standard streams of one ssh. How ssh itself ends is what counts, so a broken pipe alone is no error yet. */
class SshStream extends Duplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #complaint = "";

  constructor(args: readonly string[]) {
    super();
    this.#child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
    const { stdin, stdout, stderr } = this.#child;
    stdin.on("error", () => {});
    stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause();
    });
    stderr.setEncoding("utf8").on("data", (text: string) => (this.#complaint += text));
    this.#child.once("error", (error) => this.destroy(error));
    this.#child.once("close", (code) => this.#ended(code));
  }

  #ended(code: number | null): void {
    if (code === 0) this.push(null);
    else this.destroy(new Error(`ssh ended with code ${code}: ${this.#complaint.trim()}`));
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  // The HTTP agent takes this for a socket. While it is idle it must not keep the program from ending.
  ref(): this {
    return this.#hold("ref");
  }
  unref(): this {
    return this.#hold("unref");
  }
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }

  #hold(how: "ref" | "unref"): this {
    const { stdin, stdout, stderr } = this.#child;
    this.#child[how]();
    for (const pipe of [stdin, stdout, stderr])
      (pipe as unknown as { ref(): void; unref(): void })[how]();
    return this;
  }
}
