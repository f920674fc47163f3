/** What members ask of each other over TLS, and what this container's programs and its guard ask over a socket. */
import { createReadStream, mkdirSync, rmSync, statSync, watch } from "node:fs";
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { errorText, say } from "./log.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { Member } from "./member.ts";
import { metricsText } from "./metrics.ts";
import { readTls } from "./peers.ts";
import { paths, ports, runDirectory } from "./settings.ts";
import { statusOf } from "./status.ts";
import { handOver } from "./handover.ts";
import { resume, takeOver, yieldTo } from "./takeover.ts";
import { digestBefore } from "./wal.ts";

export interface Control {
  reloadTls(): void;
}

export function serve(member: Member, apply: () => Promise<string>): Control {
  const remote = createServer(
    { ...readTls(), requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3" },
    (request, response) => {
      if (!isMember(request.socket as TLSSocket, member.settings.group))
        return answer(response, 403, { error: "this port is for the members alone" });
      void handle(member, request, response);
    },
  );
  remote.on("upgrade", (request, socket) => {
    if (!isMember(socket as TLSSocket, member.settings.group)) return socket.destroy();
    void replicate(member, request, socket);
  });
  remote.requestTimeout = 0;
  remote.listen(ports.control);
  mkdirSync(runDirectory, { recursive: true });
  rmSync(paths.control, { force: true });
  const local = createPlain((request, response) => {
    if (request.method === "POST" && request.url === "/synfleet/apply") {
      void reply(response, async () => ({ message: await apply() }));
    } else void handle(member, request, response);
  });
  local.listen(paths.control);
  return { reloadTls: () => (remote as Server).setSecureContext(readTls()) };
}

/** The certificate's chain has been verified; the names in it say whether its holder is one of this cluster. */
function isMember(socket: TLSSocket, group: string): boolean {
  const names = socket.getPeerCertificate().subjectaltname ?? "";
  return names.split(", ").includes(`DNS:${group}`);
}

async function handle(member: Member, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? "/", "http://member");
  switch (`${request.method} ${url.pathname}`) {
    case "GET /synfleet/status":
      return reply(response, () => statusOf(member));
    case "GET /synfleet/metrics":
      response.setHeader("content-type", "text/plain; version=0.0.4");
      return void response.end(metricsText(await statusOf(member)));
    case "GET /synfleet/ready": {
      const { ready, reason } = await statusOf(member);
      return answer(response, ready ? 200 : 503, { ready, reason });
    }
    // Who a balancer may send what to: reads also while nobody is master, with what is here.
    case "GET /synfleet/master":
      // One that is full tells writers so itself, and its reads are as good as ever.
      return answer(response, ["master", "full"].includes(member.guard.mode) ? 200 : 503, {
        mode: member.guard.mode,
      });
    case "GET /synfleet/replica":
      return answer(response, member.guard.mode === "replica" ? 200 : 503, {
        mode: member.guard.mode,
      });
    case "GET /synfleet/log":
      // Of a member that is not master it would be the wrong one, and others would give up theirs for it.
      if (member.running.role !== "master" && !member.state.yields)
        return answer(response, 503, { error: `${member.settings.name} is not master` });
      return sendLog(url, request, response);
    case "POST /synfleet/yield":
      return reply(response, async () => yieldTo(member, await bodyOf(request)));
    case "POST /synfleet/resume":
      return reply(response, async () => resume(member, await bodyOf(request)));
    case "POST /synfleet/handover":
      return reply(response, async () => ({ message: await handOver(member) }));
    case "POST /synfleet/takeover":
      return reply(response, async () => {
        const { acceptDataLoss = false } = await bodyOf<{ acceptDataLoss?: boolean }>(request);
        return { message: await takeOver(member, acceptDataLoss) };
      });
    default:
      return answer(response, 404, { error: `nothing at ${url.pathname}` });
  }
}

/** The log from a byte on, and then whatever is written, until the asker goes away. */
async function sendLog(url: URL, request: IncomingMessage, response: ServerResponse) {
  const from = Number(url.searchParams.get("from"));
  const size = statSync(paths.log, { throwIfNoEntry: false })?.size ?? 0;
  const same =
    from <= size && (await digestBefore(paths.log, from)) === url.searchParams.get("digest");
  if (!same) return answer(response, 409, { error: "this is not the beginning of the log here" });
  response.writeHead(200, { "content-type": "application/octet-stream" });
  response.flushHeaders();
  let gone = false;
  request.socket.once("close", () => (gone = true));
  let position = from;
  let sent = Date.now();
  try {
    // An asker that hears nothing for long must be able to take it for a dead connection.
    while (!gone && Date.now() - sent < 4000) {
      const end = statSync(paths.log, { throwIfNoEntry: false })?.size ?? 0;
      if (end < position) break; // moved aside: another log begins
      if (end === position) {
        await grown();
        continue;
      }
      for await (const part of createReadStream(paths.log, { start: position, end: end - 1 })) {
        if (gone) break;
        if (!response.write(part)) await drained(response);
      }
      position = end;
      sent = Date.now();
    }
    response.end();
  } catch (error) {
    if (!gone) say("warn", "the log was not sent to its end", { reason: errorText(error) });
    response.destroy();
  }
}

/** Ends when more can be sent, or nothing any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      response.off("drain", end).off("close", end);
      resolve();
    };
    response.on("drain", end).on("close", end);
  });
}

/** Ends when the log was written to, or soon. */
async function grown(): Promise<void> {
  const stop = new AbortController();
  const written = new Promise<void>((resolve) => {
    try {
      watch(paths.log, { signal: stop.signal }, () => resolve()).on("error", () => undefined);
    } catch {
      // Not there yet.
    }
  });
  await Promise.race([written, sleep(50)]);
  stop.abort();
}

/** Connects a replica with the server's own port for them. */
async function replicate(member: Member, request: IncomingMessage, socket: Duplex): Promise<void> {
  socket.on("error", () => socket.destroy());
  await member.link();
  const run = new URL(request.url ?? "/", "http://member").searchParams.get("run");
  const { running } = member;
  if (running.role !== "master" || running.run !== run)
    return void socket.end("HTTP/1.1 409 Conflict\r\nConnection: close\r\n\r\n");
  const server = connect(ports.replication, "127.0.0.1", () => {
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: synap-replication\r\n\r\n",
    );
    server.pipe(socket);
    socket.pipe(server);
  });
  server.on("error", () => socket.destroy()).on("close", () => socket.destroy());
  socket.on("close", () => server.destroy());
}

async function reply(response: ServerResponse, work: () => Promise<unknown>): Promise<void> {
  try {
    answer(response, 200, (await work()) ?? {});
  } catch (error) {
    answer(response, 409, { error: errorText(error) });
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}

async function bodyOf<T>(request: IncomingMessage): Promise<T> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part as string;
  return JSON.parse(text || "{}") as T;
}
