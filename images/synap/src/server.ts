/** The published server as a child process. It listens in this container alone and speaks no TLS. */
import { type ChildProcess, spawn } from "node:child_process";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { paths, ports, readPassword } from "./settings.ts";

export type ServerRole = "standalone" | "master" | "replica";

const arguments_: Record<ServerRole, readonly string[]> = {
  standalone: ["--role", "standalone"],
  master: ["--role", "master", "--replica-listen", `127.0.0.1:${ports.replication}`],
  replica: ["--role", "replica", "--master-address", `127.0.0.1:${ports.replication}`],
};

export interface ReplicationInfo {
  /** On a master the operations that it has sent since its start, on a replica the next one that it expects. */
  readonly offset: number;
  readonly replicas: number;
}

export class Server {
  readonly #child: ChildProcess;
  readonly #user: string;
  readonly #ended: Promise<void>;
  #key = "";
  running = true;

  /** Starts it in its directory, to which the paths in its configuration are relative. */
  constructor(role: ServerRole, directory: string, user: string, onEnd: (code: string) => void) {
    this.#user = user;
    const args = ["--config", paths.server, ...arguments_[role]];
    this.#child = spawn("/usr/local/bin/synap-server", args, {
      cwd: directory,
      // Nothing of the container's own environment: the server takes settings from it.
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "inherit", "inherit"],
    });
    this.#ended = new Promise((resolve) => {
      const end = (how: string) => {
        if (!this.running) return;
        this.running = false;
        resolve();
        onEnd(how);
      };
      this.#child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
      this.#child.once("error", (error) => end(error.message));
    });
  }

  /** Ends when it answers: it has read its log by then. Gives a key for it, since each check of a password costs it 0.3 s. */
  async answering(): Promise<string> {
    while ((await ask("GET", "/health").catch(() => undefined))?.status !== 200) {
      if (!this.running) throw new Error("the server ended before it answered");
      await sleep(20);
    }
    const login = Buffer.from(`${this.#user}:${readPassword()}`).toString("base64");
    const { status, body } = await ask("POST", "/auth/keys", `Basic ${login}`, {
      name: "supervisor",
      permissions: [{ resource: "*", action: "all" }],
    });
    if (status !== 200) throw new Error(`the server makes no key: HTTP ${status} ${body}`);
    this.#key = (JSON.parse(body) as { key: { key: string } }).key.key;
    return this.#key;
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.#child.kill("SIGTERM");
    const hurry = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await this.#ended;
    clearTimeout(hurry);
  }

  async replication(): Promise<ReplicationInfo> {
    const { status, body } = await ask("GET", "/info?section=replication", `Bearer ${this.#key}`);
    if (status !== 200) throw new Error(`the server answers /info with HTTP ${status}`);
    const { replication } = JSON.parse(body) as { replication: Record<string, unknown> };
    return {
      offset: Number(replication["master_repl_offset"] ?? 0),
      replicas: Number(replication["connected_slaves"] ?? 0),
    };
  }
}

function ask(
  method: string,
  path: string,
  authorization?: string,
  content?: unknown,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port: ports.server,
        method,
        path,
        headers: {
          ...(authorization && { authorization }),
          ...(content !== undefined && { "content-type": "application/json" }),
        },
        timeout: 10_000,
        agent: false,
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => (body += part));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    call.on("timeout", () => call.destroy(new Error("no answer from the server within 10 s")));
    call.on("error", reject);
    call.end(content === undefined ? undefined : JSON.stringify(content));
  });
}
