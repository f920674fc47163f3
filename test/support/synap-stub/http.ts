/** The documented routes, as far as deployment and tests use them. */
import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.ts";
import type { Configuration } from "./main.ts";
import type { Link } from "./replication.ts";
import type { Operation, Store } from "./store.ts";

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

export function listen({ server, auth }: Configuration, store: Store, log: Log, link: Link): void {
  const keys = new Map<string, string>();
  const write = (operation: Operation) => {
    log.append(operation);
    store.apply(operation);
    link.sent(operation);
  };

  const admitted = async (request: IncomingMessage, url: URL): Promise<boolean> => {
    if (["/health", "/metrics"].includes(url.pathname)) return true;
    const [kind, value = ""] = (request.headers.authorization ?? "").split(" ");
    if (kind === "Basic") {
      await sleep(50);
      const { username, password } = auth.root;
      return Buffer.from(value, "base64").toString() === `${username}:${password}`;
    }
    const key = kind === "Bearer" ? value : url.searchParams.get("api_key");
    return key !== null && [...keys.values()].includes(key);
  };

  const answer = (method: string, url: URL, content: any): Answer => {
    const [, first = "", second = "", third = ""] = url.pathname.split("/").map(decodeURIComponent);
    switch (`${method} /${first}`) {
      case "GET /health":
        return { body: { service: "synap", status: "healthy", version: "0.0.0-stub" } };
      case "GET /metrics":
        return { body: `synap_process_memory_bytes{type="used"} ${process.memoryUsage().rss}\n` };
      case "GET /info":
        return { body: { replication: link.info() } };
      case "POST /snapshot":
        return { body: { success: true, message: "Snapshot triggered successfully" } };
      case "GET /queue":
        return { body: { depth: store.queues.get(second)?.length ?? 0 } };
      case "POST /queue":
        if (third === "publish") {
          if (!store.queues.has(second))
            return { status: 404, body: { error: `Queue not found: ${second}` } };
          write({ publish: second, payload: content.payload });
          return { body: { message_id: randomUUID() } };
        }
        store.queues.set(second, store.queues.get(second) ?? []);
        return { body: { success: true } };
      case "POST /auth": {
        const key = {
          id: randomUUID(),
          key: `sk_${randomBytes(16).toString("hex")}`,
          name: content.name,
        };
        keys.set(key.id, key.key);
        return { body: { success: true, key } };
      }
      case "DELETE /auth":
        return { body: { success: keys.delete(third) } };
      case "POST /kv":
        if (third === "append") {
          const value = (store.values.get(second) ?? "") + content.value;
          write({ set: second, value: "" });
          store.values.set(second, value);
          return { body: { length: value.length } };
        }
        write({ set: content.key, value: content.value });
        return { body: { success: true, key: content.key, written: true } };
      case "GET /kv":
        return { body: store.values.get(third) ?? { error: "Key not found" } };
      case "DELETE /kv": {
        const deleted = store.values.has(third);
        if (deleted) write({ del: third });
        return { body: { deleted, key: third } };
      }
      default:
        return { status: 404, body: "" };
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://synap");
    let text = "";
    for await (const part of request.setEncoding("utf8")) text += part as string;
    const { status = 200, body } = (await admitted(request, url))
      ? answer(request.method ?? "GET", url, JSON.parse(text || "{}"))
      : { status: 401, body: "" };
    const json = status === 200 && url.pathname !== "/metrics";
    response.writeHead(status, { "content-type": json ? "application/json" : "text/plain" });
    response.end(json || typeof body !== "string" ? JSON.stringify(body) : body);
  };

  createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  }).listen(server.port, server.host);
}
