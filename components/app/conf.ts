/** Configuration of the reference app as text. Pure. */

/** What an instance does: all, or only what does not change data. */
export type AppMode = "write" | "read";

export interface Endpoint {
  /** Name on the deployment's network, which the server's certificate carries. */
  readonly host: string;
  readonly port: number;
}

export interface ReferenceAppConfArgs {
  /** Name of the instance; answers carry it. */
  readonly instance: string;
  readonly mode: AppMode;
  readonly port: number;
  readonly database: Endpoint & {
    readonly name: string;
    readonly user: string;
    readonly connections?: number;
  };
  readonly cache: Endpoint & { readonly user: string };
  readonly retrySeconds?: number;
}

/** app.json: a line a value, because the image's programs read the port from it. */
export function referenceAppConf(args: ReferenceAppConfArgs): string {
  const { instance, mode, port, database, cache, retrySeconds } = args;
  const json = {
    instance,
    mode,
    port,
    database: {
      host: database.host,
      port: database.port,
      user: database.user,
      name: database.name,
      connections: database.connections,
    },
    cache: { host: cache.host, port: cache.port, user: cache.user },
    retrySeconds,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** A JDBC address of PostgreSQL over verified TLS. `authorityFile` is as the app's container sees it. */
export function jdbcUrl({ host, port, name }: Endpoint & { name: string }): string {
  const options = new URLSearchParams({
    sslmode: "verify-full",
    sslrootcert: "/etc/synfleet/tls/ca.crt",
    // A pooled connection to a server that has become a standby is of no use to an app that writes.
    targetServerType: "primary",
    connectTimeout: "2",
    socketTimeout: "30",
    tcpKeepAlive: "true",
  });
  return `jdbc:postgresql://${host}:${port}/${encodeURIComponent(name)}?${options.toString().replaceAll("%2F", "/")}`;
}
