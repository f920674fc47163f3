/**
 * JSON over HTTPS to one API server. Written on Node's own https and not on @kubernetes/client-node: that loads every generated
 * type (130 MB and most of a second a run), and its typed models drop fields they do not know, which a state must keep.
 */
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import type { PropertyMap } from "../../provider.ts";
import { credentialsOf, type Credentials } from "./credentials.ts";
import { ApiError, Unreachable } from "./errors.ts";
import type { Chosen } from "./kubeconfig.ts";
import { textAt } from "./objects.ts";

export type Query = Readonly<Record<string, string | boolean | undefined>>;

export interface Send {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly query?: Query;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

const CONNECT_MS = 30_000;
const MAX_SOCKETS = 32;
const UNAUTHORIZED = 401;

export class Client {
  readonly server: URL;
  private readonly chosen: Chosen;
  private readonly requestSeconds: number | undefined;
  private known: Promise<Credentials> | undefined;
  private agent: Agent | PlainAgent | undefined;

  constructor(chosen: Chosen, requestSeconds?: number) {
    this.chosen = chosen;
    this.requestSeconds = requestSeconds;
    this.server = new URL(textAt(chosen.cluster, "server"));
  }

  async send(path: string, how: Send = {}): Promise<PropertyMap> {
    const limit = this.requestSeconds ? AbortSignal.timeout(this.requestSeconds * 1000) : undefined;
    const signals = [how.signal, limit].filter((signal) => signal !== undefined);
    const response = await this.open(path, { ...how, signal: AbortSignal.any(signals) });
    const text = await textOf(response);
    return (text ? JSON.parse(text) : {}) as PropertyMap;
  }

  /** The lines of an answer that does not end by itself. */
  async *lines(path: string, how: Send): AsyncGenerator<string> {
    const response = await this.open(path, how);
    try {
      yield* createInterface({ input: response });
    } finally {
      response.destroy();
    }
  }

  /** Connections that are kept open would keep the process alive: they do not. */
  private async open(path: string, how: Send, isRetry = false): Promise<IncomingMessage> {
    const credentials = await this.credentials();
    const response = await this.start(path, how, credentials);
    const code = response.statusCode ?? 0;
    if (code < 300) return response;
    const text = await textOf(response);
    if (code === UNAUTHORIZED && !isRetry) {
      this.known = this.agent = undefined;
      return this.open(path, how, true);
    }
    throw new ApiError(code, parseStatus(text), `${how.method ?? "GET"} ${path}`);
  }

  private start(path: string, how: Send, credentials: Credentials): Promise<IncomingMessage> {
    const url = new URL(this.server.pathname.replace(/\/$/, "") + path, this.server);
    for (const [key, value] of Object.entries(how.query ?? {}))
      if (value !== undefined && value !== "") url.searchParams.set(key, String(value));
    const isSecure = url.protocol === "https:";
    const { headers, until: _, ...tls } = credentials;
    this.agent ??= isSecure
      ? new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, ...tls })
      : new PlainAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
    const body = how.body === undefined ? undefined : JSON.stringify(how.body);
    const options = {
      method: how.method ?? "GET",
      agent: this.agent,
      headers: {
        accept: "application/json",
        ...headers,
        ...(body !== undefined && {
          "content-type": how.contentType ?? "application/json",
          "content-length": Buffer.byteLength(body),
        }),
      },
      ...(how.signal && { signal: how.signal }),
    };
    return new Promise((resolve, reject) => {
      const sent = isSecure ? request(url, options, resolve) : plainRequest(url, options, resolve);
      const fail = (error: Error): void =>
        reject(
          how.signal?.aborted
            ? error
            : new Unreachable(`${options.method} ${url.origin}${path}: ${reasonOf(error)}`, {
                cause: error,
              }),
        );
      const timer = setTimeout(() => sent.destroy(new Error("no connection in 30 s")), CONNECT_MS);
      sent.on("socket", (socket) => {
        const isOpen = (): void => clearTimeout(timer);
        if (socket.connecting) socket.once(isSecure ? "secureConnect" : "connect", isOpen);
        else isOpen();
      });
      sent.on("error", (error) => {
        clearTimeout(timer);
        fail(error);
      });
      sent.end(body);
    });
  }

  private async credentials(): Promise<Credentials> {
    const known = await this.known;
    if (known && (known.until === undefined || known.until > Date.now())) return known;
    this.agent = undefined;
    this.known = credentialsOf(this.chosen);
    return this.known;
  }
}

/** Several addresses that fail give an error without a message of its own. */
function reasonOf(error: Error): string {
  const inner =
    error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  return (inner ?? error).message || String((error as NodeJS.ErrnoException).code);
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function parseStatus(text: string): PropertyMap {
  try {
    return JSON.parse(text) as PropertyMap;
  } catch {
    return { message: text.trim() };
  }
}
