import type * as pulumi from "@pulumi/pulumi";
import type { AppProgram } from "../components/app/program.ts";
import { referenceApp } from "../components/app/reference.ts";
import { synaxicApi } from "../components/app/synaxic.ts";
import { REDIS_WRITE_PORT } from "../components/balancer/services/redis.ts";
import { nearest, toldToCallers, type Entrances } from "./entrances.ts";
import type { SynaxicAppArgs } from "./synaxic-args.ts";

interface Stores {
  readonly database: {
    readonly name: string;
    readonly user: string;
    readonly password: pulumi.Input<string>;
  };
  readonly cache: { readonly user: string; readonly password: pulumi.Input<string> };
  /** Certificate of the deployment's authority, in PEM. */
  readonly authorityPem: pulumi.Output<string>;
}

/** What the instances run, and how they reach PostgreSQL and Redis: by the balancer, wherever the primaries are. */
export function synaxicProgram(
  app: SynaxicAppArgs,
  stores: Stores,
  entrances: Entrances,
  hosts: readonly string[],
): AppProgram {
  const first = programBehind(entrances[0].name, app, stores);
  if (entrances.length === 1) return first;
  return {
    ...first,
    each: (instance) => {
      const near = nearest(entrances, instance.host, hosts.indexOf(instance.host));
      const { environment, files, each } = programBehind(near.name, app, stores);
      const own = each?.(instance);
      return {
        environment: {
          ...environment,
          ...own?.environment,
          // An image of the user's own says itself how it is told, and is given the name alone.
          ...(app.program === "image" && { SYNFLEET_BALANCER: near.name }),
        },
        files: { ...files, ...own?.files },
        calls: toldToCallers([near]),
      };
    },
  };
}

function programBehind(
  balancer: string,
  app: SynaxicAppArgs,
  { database, cache, authorityPem }: Stores,
): AppProgram {
  const at = (port: number) => ({ host: balancer, port });
  switch (app.program) {
    case "reference":
      return referenceApp({
        database: { ...database, write: at(5002), read: at(5001) },
        cache: { ...cache, write: at(REDIS_WRITE_PORT) },
      });
    case "image":
      return {
        image: { reference: app.image! },
        port: app.port,
        tls: app.tls,
        user: app.user,
        healthPath: app.healthPath,
        environment: app.environment,
        files: {
          "secrets/database_password": { content: database.password, secret: true },
          "secrets/cache_password": { content: cache.password, secret: true },
        },
      };
    case "synaxic-api":
      return synaxicApi({
        image: app.image!,
        database: { ...database, ...at(5002) },
        redis: { ...cache, ...at(REDIS_WRITE_PORT) },
        authorityPem,
      });
  }
}
