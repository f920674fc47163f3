/**
 * The way from a replica's server to the master's: the server knows IP addresses alone, no TLS and no passwords, so it
 * talks to this container, and the supervisors carry that over their own connection.
 */
import { createServer, type Server as NetServer, type Socket } from "node:net";
import { request } from "node:https";
import type { Peers } from "./peers.ts";
import { ports } from "./settings.ts";

export interface TunnelArgs {
  readonly peers: Peers;
  readonly master: string;
  /** The master's run that the replica was prepared for; another one is refused. */
  readonly run: string;
  /** Where the replica stands: told to the master in place of the server's own idea, which is always the beginning. */
  readonly offset: number;
  readonly onEnd: () => void;
}

/** For one connection in its life: a server that comes back would go on with an offset that means nothing any more. */
export class Tunnel {
  #listener: NetServer;
  #sockets = new Set<{ destroy(): unknown }>();
  #closed = false;
  up = false;

  private constructor(args: TunnelArgs) {
    this.#listener = createServer((socket) => {
      this.#listener.close();
      this.#carry(socket, args);
    });
  }

  static open(args: TunnelArgs): Promise<Tunnel> {
    const tunnel = new Tunnel(args);
    return new Promise((resolve, reject) => {
      tunnel.#listener.once("error", reject);
      tunnel.#listener.listen(ports.replication, "127.0.0.1", () => resolve(tunnel));
    });
  }

  close(): void {
    this.#closed = true;
    this.up = false;
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #carry(local: Socket, { peers, master, run, offset, onEnd }: TunnelArgs): void {
    this.#sockets.add(local);
    const end = () => {
      if (this.#closed) return;
      this.close();
      onEnd();
    };
    local.on("error", end).on("close", end);
    const call = request({
      ...peers.options(master),
      agent: false,
      path: `/synfleet/replication?run=${run}`,
      headers: { connection: "Upgrade", upgrade: "synap-replication" },
      timeout: 10_000,
    });
    this.#sockets.add(call);
    call.on("error", end).on("timeout", end);
    call.on("response", (response) => {
      response.resume();
      end();
    });
    call.on("upgrade", (_response, remote, head) => {
      this.#sockets.add(remote);
      // The master's server sends a sign of life each second.
      remote.setTimeout(10_000, end);
      remote.on("error", end).on("close", end);
      if (head.length > 0) local.write(head);
      this.up = true;
      rewriteHandshake(local, offset, (bytes) => {
        remote.write(bytes);
        local.pipe(remote);
        remote.pipe(local);
      });
    });
    call.end();
  }
}

/** The first eight bytes are the offset, little endian. */
function rewriteHandshake(socket: Socket, offset: number, then: (bytes: Buffer) => void): void {
  let seen = Buffer.alloc(0);
  const read = (part: Buffer) => {
    seen = Buffer.concat([seen, part]);
    if (seen.length < 8) return;
    socket.pause();
    socket.off("data", read);
    seen.writeBigUInt64LE(BigInt(offset), 0);
    then(seen);
  };
  socket.on("data", read);
}
