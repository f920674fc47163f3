import { connect, type TLSSocket } from "node:tls";

export type Reply = string | number | null | Reply[];

export interface RedisAddress {
  readonly port: number;
  readonly ca: string;
  readonly user?: string;
  readonly password?: string;
  /** A certificate to show; most servers ask for none. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** As much of a Redis client as a test needs: verified TLS, one command after another, errors as exceptions. */
export class RedisClient {
  readonly #socket: TLSSocket;
  readonly #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  #received = Buffer.alloc(0);

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("data", (data) => this.#take(data));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  static async open(address: RedisAddress, timeoutMs = 3000): Promise<RedisClient> {
    const { port, ca, user, password, certificate } = address;
    const socket = connect({ host: "localhost", port, ca, ...certificate });
    socket.setNoDelay();
    const client = new RedisClient(socket);
    const timer = setTimeout(() => socket.destroy(new Error("no answer in time")), timeoutMs);
    try {
      await new Promise((resolve, reject) =>
        socket.once("secureConnect", resolve).once("error", reject).once("close", reject),
      );
      if (password !== undefined) await client.send("AUTH", ...(user ? [user] : []), password);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return client;
  }

  send(...words: readonly (string | number)[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error("the connection was closed"));
      this.#waiting.push({ resolve, reject });
      const parts = words.map(String).map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      this.#socket.write(`*${words.length}\r\n${parts.join("")}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #take(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      const parsed = parse(this.#received, 0);
      if (!parsed) return;
      this.#received = this.#received.subarray(parsed.end);
      const { resolve, reject } = this.#waiting.shift()!;
      if (parsed.value instanceof Error) reject(parsed.value);
      else resolve(parsed.value);
    }
  }
}

/** One reply of the protocol's second version, or undefined while it is not all there. */
function parse(data: Buffer, at: number): { value: Reply | Error; end: number } | undefined {
  const line = data.indexOf("\r\n", at);
  if (line < 0) return undefined;
  const text = data.toString("utf8", at + 1, line);
  const end = line + 2;
  switch (data.toString("latin1", at, at + 1)) {
    case "+":
      return { value: text, end };
    case "-":
      return { value: new Error(text), end };
    case ":":
      return { value: Number(text), end };
    case "$": {
      const length = Number(text);
      if (length < 0) return { value: null, end };
      if (data.length < end + length + 2) return undefined;
      return { value: data.toString("utf8", end, end + length), end: end + length + 2 };
    }
    case "*": {
      const list: Reply[] = [];
      let next = end;
      for (let index = 0; index < Number(text); index++) {
        const item = parse(data, next);
        if (!item) return undefined;
        list.push(item.value instanceof Error ? item.value.message : item.value);
        next = item.end;
      }
      return { value: list, end: next };
    }
    default:
      throw new Error(`not a reply of Redis: ${data.toString("latin1", at, line)}`);
  }
}
