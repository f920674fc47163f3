import { spawn } from "node:child_process";
import { Agent, type ClientRequestArgs } from "node:http";
import { Duplex } from "node:stream";

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
    const stream = dial(this.#args);
    callback?.(null, stream);
    return stream;
  }
}

function dial(args: readonly string[]): Duplex {
  const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.once("error", (error) => stream.destroy(error));
  child.once("exit", (code) => {
    if (code !== 0 && !stream.destroyed)
      stream.destroy(new Error(`ssh ended with code ${code}: ${complaint.trim()}`));
  });
  stream.once("close", () => child.kill());
  // The HTTP agent expects a socket. An idle one must not keep the program from ending.
  const idle = (on: "ref" | "unref") => () => {
    child[on]();
    for (const pipe of [child.stdin, child.stdout, child.stderr])
      (pipe as unknown as { ref(): void; unref(): void })[on]();
    return stream;
  };
  const nothing = () => stream;
  return Object.assign(stream, {
    ref: idle("ref"),
    unref: idle("unref"),
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
  });
}
