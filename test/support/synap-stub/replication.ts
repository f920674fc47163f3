/** Master and replica: an offset from the replica, then lines of JSON from the master. No names, no passwords, no TLS. */
import { connect, createServer, isIP, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Operation, Store } from "./store.ts";

export interface Link {
  info(): Record<string, unknown>;
  sent(operation: Operation): void;
}

interface Message {
  readonly full?: readonly Operation[];
  readonly operations?: readonly { readonly offset: number; readonly operation: Operation }[];
  readonly offset?: number;
}

export function lead(address: string, store: Store): Link {
  const [host, port] = split(address);
  const log: Operation[] = [];
  const replicas = new Set<Socket>();
  const send = (socket: Socket, message: Message) => socket.write(`${JSON.stringify(message)}\n`);
  createServer((socket) => {
    socket.on("error", () => socket.destroy()).on("close", () => replicas.delete(socket));
    socket.once("data", (bytes) => {
      const from = Number(bytes.readBigUInt64LE(0));
      replicas.add(socket);
      // What was there before this process is in the full copy alone, and that is sent only while nothing was written.
      if (from === 0 && log.length === 0) send(socket, { full: everything(store), offset: 0 });
      else
        send(socket, {
          operations: log.slice(from).map((operation, at) => ({ offset: from + at, operation })),
        });
    });
  }).listen(port, host);
  setInterval(() => replicas.forEach((socket) => send(socket, {})), 1000);
  return {
    info: () => ({
      role: "master",
      connected_slaves: replicas.size,
      master_repl_offset: log.length,
    }),
    sent: (operation) => {
      const offset = log.push(operation) - 1;
      for (const socket of replicas) send(socket, { operations: [{ offset, operation }] });
    },
  };
}

export function replicate(address: string, store: Store): Link {
  const [host, port] = split(address);
  let offset = 0;
  let up = false;
  const take = ({ full, operations, offset: at }: Message) => {
    for (const operation of full ?? []) store.apply(operation);
    if (full) offset = at!;
    for (const each of operations ?? []) {
      if (each.offset < offset) continue; // taken for one that it has
      store.apply(each.operation);
      offset = each.offset + 1;
    }
  };
  const follow = () => {
    const socket = connect(port, host, () => {
      up = true;
      const handshake = Buffer.alloc(8);
      handshake.writeBigUInt64LE(BigInt(offset));
      socket.write(handshake);
    });
    createInterface(socket)
      .on("line", (line) => take(JSON.parse(line) as Message))
      .on("error", () => undefined);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      up = false;
      setTimeout(follow, 1000);
    });
  };
  follow();
  return {
    info: () => ({
      role: "slave",
      connected_slaves: 0,
      master_repl_offset: offset,
      master_link_status: up ? "up" : "down",
      slave_repl_lag: 0, // whatever the truth is
    }),
    sent: () => undefined,
  };
}

function everything(store: Store): Operation[] {
  return [...store.values].map(([set, value]) => ({ set, value }));
}

function split(address: string): [host: string, port: number] {
  const [host = "", port = ""] = address.split(":");
  if (isIP(host) === 0) throw new Error("invalid socket address syntax");
  return [host, Number(port)];
}
