/** The other members, over TLS with certificates on both sides. */
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import type { Room } from "./room.ts";
import { paths, ports } from "./settings.ts";
import type { State } from "./state.ts";

/** What a member tells about itself. */
export interface Status {
  readonly name: string;
  readonly state: State;
  /** What it does at present, in one word, and why not more. */
  readonly mode: "master" | "replica" | "none";
  readonly ready: boolean;
  readonly reason?: string;
  /** Whether its volume has room for writes. */
  readonly room?: Room;
  /** Whether replicas may follow it, which they may of a master that is not ready for want of room. */
  readonly open?: boolean;
  /** One life of a master's server: offsets of one say nothing about those of another. */
  readonly run?: string;
  /** Operations that a master has sent in this run; on a replica, those that it has. */
  readonly offset?: number;
  /** How much of the log was there when `offset` was as given: where a replica begins. */
  readonly base?: { readonly bytes: number; readonly offset: number };
  /** Bytes of the log, or of the copy of it. */
  readonly bytes: number;
  readonly replicas?: number;
  /** Directories with data that was set aside. */
  readonly aside: readonly string[];
}

/** One of an earlier version does not say. */
export const isOpen = ({ open, ready }: Status): boolean => open ?? ready;

export interface TlsFiles {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export function readTls(): TlsFiles {
  return {
    ca: readFileSync(`${paths.tls}/ca.crt`),
    cert: readFileSync(`${paths.tls}/node.crt`),
    key: readFileSync(`${paths.tls}/node.key`),
  };
}

export class Peers {
  #tls = readTls();
  #agent = new Agent({ keepAlive: true, maxSockets: 4 });

  reload(): void {
    this.#tls = readTls();
    this.#agent.destroy();
    this.#agent = new Agent({ keepAlive: true, maxSockets: 4 });
  }

  options(peer: string): RequestOptions {
    return {
      host: peer,
      port: ports.control,
      servername: peer,
      minVersion: "TLSv1.3",
      ...this.#tls,
    };
  }

  async status(peer: string, timeoutMs = 2000): Promise<Status> {
    return (await this.call("GET", peer, "/synfleet/status", undefined, timeoutMs)) as Status;
  }

  /** JSON there and back; an answer other than 2xx throws what it says. */
  async call(
    method: "GET" | "POST",
    peer: string,
    path: string,
    body?: unknown,
    timeoutMs = 90_000,
  ): Promise<unknown> {
    const response = await this.#send(
      { ...this.options(peer), agent: this.#agent, method, path, timeout: timeoutMs },
      body,
    );
    return jsonOf(response, peer);
  }

  /** The log from a byte on, for as long as the master sends it. */
  async log(peer: string, from: number, digest: string): Promise<IncomingMessage> {
    const path = `/synfleet/log?from=${from}&digest=${digest}`;
    return this.#send({ ...this.options(peer), agent: false, path, timeout: 10_000 });
  }

  #send(options: RequestOptions, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const call = request(options, resolve);
      call.on("timeout", () => call.destroy(new Error(`${options.host} does not answer`)));
      call.on("error", reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

export async function jsonOf(response: IncomingMessage, peer: string): Promise<unknown> {
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part as string;
  const status = response.statusCode ?? 0;
  const answer = JSON.parse(text || "{}") as { error?: string };
  if (status >= 200 && status < 300) return answer;
  throw new Error(answer.error ?? `${peer} answers with HTTP ${status}`);
}
