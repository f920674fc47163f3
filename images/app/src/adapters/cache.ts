import { createClient, type RedisClientType } from "@redis/client";
import type { Config } from "../config.ts";
import { passes, retrying } from "../retry.ts";

const prefix = "app:";

/**
 * Values in Redis, over one connection that is made when first used and made anew after any failure: behind the same
 * address there may be another server by then.
 */
export class Cache {
  readonly #config: Config;
  readonly #onRetry: (error: Error) => void;
  #client: Promise<RedisClientType> | undefined;

  constructor(config: Config, onRetry: (error: Error) => void) {
    this.#config = config;
    this.#onRetry = onRetry;
  }

  get(key: string): Promise<string | null> {
    return this.#use((client) => client.get(prefix + key));
  }

  async set(key: string, value: string, seconds: number | undefined): Promise<void> {
    const expiry =
      seconds === undefined ? {} : { expiration: { type: "EX" as const, value: seconds } };
    await this.#use((client) => client.set(prefix + key, value, expiry));
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#use((client) => client.del(prefix + key))) > 0;
  }

  /** Asked once, without patience: health is about now. */
  async ping(): Promise<void> {
    await this.#once((client) => client.ping());
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    (await client?.catch(() => undefined))?.destroy();
  }

  #use<T>(work: (client: RedisClientType) => Promise<T>): Promise<T> {
    const { retrySeconds } = this.#config.settings;
    const attempt = () => this.#once(work);
    return retrying(attempt, { seconds: retrySeconds, onRetry: this.#onRetry });
  }

  async #once<T>(work: (client: RedisClientType) => Promise<T>): Promise<T> {
    const connecting = (this.#client ??= this.#connect());
    try {
      return await work(await connecting);
    } catch (error) {
      if (passes(error)) this.#drop(connecting);
      throw error;
    }
  }

  #connect(): Promise<RedisClientType> {
    const { settings, tls, cachePassword } = this.#config;
    const { host, port, user } = settings.cache;
    const client: RedisClientType = createClient({
      name: settings.instance,
      username: user,
      password: cachePassword,
      socket: {
        host,
        port,
        tls: true,
        ...tls,
        servername: host,
        minVersion: "TLSv1.3",
        connectTimeout: 2000,
        reconnectStrategy: false,
        // With the pings below it is a silent server that this ends, not a quiet client.
        socketTimeout: 4000,
      },
      pingInterval: 1500,
      disableOfflineQueue: true,
      disableClientInfo: true,
      maintNotifications: "disabled",
      RESP: 2,
      commandOptions: { timeout: 2000 },
    }) as unknown as RedisClientType;
    // Told to whoever waits for an answer, too; without a listener it would end the process.
    client.on("error", () => this.#drop(connecting));
    const connecting: Promise<RedisClientType> = client.connect().then(
      () => client,
      (error: unknown) => {
        this.#drop(connecting);
        throw error;
      },
    );
    return connecting;
  }

  #drop(connecting: Promise<RedisClientType>): void {
    if (this.#client !== connecting) return;
    this.#client = undefined;
    connecting.then(
      (client) => client.destroy(),
      () => undefined,
    );
  }
}
