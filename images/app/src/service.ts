import { createAdaptorServer } from "@hono/node-server";
import { createServer, type Server } from "node:https";
import { Cache } from "./adapters/cache.ts";
import { Database } from "./adapters/database.ts";
import { createApp } from "./app.ts";
import { loadConfig, type Config, type Tls } from "./config.ts";
import { errorText, health, type Health } from "./health.ts";
import type { Log } from "./log.ts";
import { Metrics } from "./metrics.ts";

/** Longer than a request may be tried again and a proxy keeps a connection idle for its next use. */
const keepAliveMs = 75_000;

/** The running instance: listens, and takes new files without a break. */
export class Service {
  readonly #directory: string;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #server: Server;
  #config: Config;
  #database: Database;
  #cache: Cache;
  #stopping = false;

  constructor(directory: string, config: Config, log: Log) {
    this.#directory = directory;
    this.#log = log;
    this.#config = config;
    this.#metrics = new Metrics(config.settings.mode);
    this.#database = this.#openDatabase(config);
    this.#cache = this.#openCache(config);
    const app = createApp({
      instance: () => this.#config.settings.instance,
      mode: () => this.#config.settings.mode,
      items: () => this.#database,
      cache: () => this.#cache,
      health: () => this.#health(),
      metrics: () => this.#metrics.text(),
      observe: (labels, seconds) => this.#metrics.requests.observe(labels, seconds),
      log,
    });
    this.#server = createAdaptorServer({
      fetch: app.fetch,
      createServer,
      serverOptions: secure(config.tls),
    }) as Server;
    this.#server.requestTimeout = 60_000;
    this.#server.keepAliveTimeout = keepAliveMs;
  }

  async start(): Promise<void> {
    const { port, mode, instance } = this.#config.settings;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, resolve);
    });
    this.#log("info", "listening", { instance, mode, port });
    if (mode === "write") await this.#migrate();
  }

  /** Takes new files. Requests under way end on the connections that they have. */
  async reload(): Promise<void> {
    const next = await loadConfig(this.#directory);
    const old = { database: this.#database, cache: this.#cache };
    this.#config = next;
    this.#database = this.#openDatabase(next);
    this.#cache = this.#openCache(next);
    this.#server.setSecureContext(secure(next.tls));
    this.#log("info", "reloaded");
    const { retrySeconds } = next.settings;
    setTimeout(() => void this.#closeAll(old), (retrySeconds + 5) * 1000).unref();
  }

  async #closeAll(parts: { database: Database; cache: Cache }): Promise<void> {
    await Promise.allSettled([parts.database.close(), parts.cache.close()]);
  }

  /** Answers what came in, and tells clients to make no further use of their connections. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const idle = setInterval(() => this.#server.closeIdleConnections(), 50);
    await closed;
    clearInterval(idle);
    await this.#closeAll({ database: this.#database, cache: this.#cache });
  }

  /** Until it succeeds: without its table this instance has nothing to serve, and says so. */
  async #migrate(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#database.migrate();
        this.#log("info", "table item is there");
        return;
      } catch (error) {
        this.#log("warn", "table item cannot be made yet", { error: errorText(error) });
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  async #health(): Promise<Health> {
    const seen = await health(this.#config.settings.mode, {
      database: () => this.#database.health(),
      cache: () => this.#cache.ping(),
    });
    this.#metrics.saw(seen);
    return seen;
  }

  #openDatabase(config: Config): Database {
    return new Database(config, (error) => this.#retried("db", error));
  }

  #openCache(config: Config): Cache {
    return new Cache(config, (error) => this.#retried("redis", error));
  }

  #retried(component: string, error: Error): void {
    this.#metrics.retries.inc({ component });
    this.#log("warn", "trying again", { component, error: errorText(error) });
  }
}

function secure({ cert, key }: Tls) {
  return { cert, key, minVersion: "TLSv1.3" as const };
}
