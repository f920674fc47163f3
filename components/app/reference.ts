import type * as pulumi from "@pulumi/pulumi";
import { referenceAppConf, type Endpoint } from "./conf.ts";
import type { AppProgram } from "./program.ts";
import { APP_PORT } from "./spec.ts";

export interface ReferenceAppArgs {
  readonly database: {
    /** Where the primary is reached, best a balancer. Restart. */
    readonly write: Endpoint;
    /** Where instances in mode `read` read. Restart. @default - where the others do */
    readonly read?: Endpoint;
    readonly name: string;
    readonly user: string;
    /** Reload. */
    readonly password: pulumi.Input<string>;
    /** Connections at once of each instance. Restart. @default 10 */
    readonly connections?: number;
  };
  readonly cache: {
    /** Where the Redis primary is reached, over TLS. Restart. */
    readonly write: Endpoint;
    /** Where instances in mode `read` read. Restart. @default - where the others do */
    readonly read?: Endpoint;
    readonly user: string;
    /** Reload. */
    readonly password: pulumi.Input<string>;
  };
  /** For how long a request is tried again while a server fails over, in seconds. Restart. @default 10 */
  readonly retrySeconds?: number;
}

/** Synfleet's own small app: items in PostgreSQL, values in Redis, both over verified TLS. */
export function referenceApp(args: ReferenceAppArgs): AppProgram {
  const { database, cache, retrySeconds } = args;
  return {
    image: { stage: "app" },
    tls: true,
    healthPath: "/actuator/health",
    health: ["/usr/local/bin/healthy"],
    reloads: true,
    files: {
      "secrets/database_password": { content: database.password, secret: true },
      "secrets/cache_password": { content: cache.password, secret: true },
    },
    each: ({ alias, mode }) => ({
      files: {
        "app.json": {
          content: referenceAppConf({
            instance: alias,
            mode,
            port: APP_PORT,
            database: { ...database, ...endpoint(database, mode) },
            cache: { ...cache, ...endpoint(cache, mode) },
            ...(retrySeconds !== undefined && { retrySeconds }),
          }),
        },
      },
    }),
  };
}

function endpoint(of: { write: Endpoint; read?: Endpoint }, mode: "write" | "read"): Endpoint {
  return mode === "read" ? (of.read ?? of.write) : of.write;
}
