import * as pulumi from "@pulumi/pulumi";
import type { Exporter } from "../monitoring/spec.ts";
import { machinePassword } from "./access.ts";
import { exporterArguments, exporterPasswords } from "./conf.ts";

export const REDIS_EXPORTER_PORT = 9121;

export interface RedisExporterArgs {
  readonly alias: string;
  /** The server that it watches. */
  readonly member: string;
  /** Host on which it runs, best that of its server. Changing it makes a new container. */
  readonly host: string;
  /** Password of the user `monitor`. A change restarts the exporter. */
  readonly password: pulumi.Input<string>;
}

/** Watches one Redis server, as user `monitor`. Whoever reads it shows a certificate of the deployment. */
export function redisExporter({ alias, member, host, password }: RedisExporterArgs): Exporter {
  const passwords = pulumi
    .output(password)
    .apply((text) => exporterPasswords(member, machinePassword("monitor", text)));
  return {
    ...{ job: "redis", alias, host, member, port: REDIS_EXPORTER_PORT },
    spec: (files) => ({
      alias,
      host,
      image: { stage: "redis-exporter" },
      files: {
        ...files,
        arguments: { content: exporterArguments(member) },
        "secrets/redis_passwords": { content: passwords, secret: true },
      },
      volumes: [],
      ports: [{ internal: REDIS_EXPORTER_PORT }],
      limits: { memoryMiB: 64, cpus: 0.5 },
      stopSeconds: 10,
      health: ["/usr/local/bin/healthy"],
    }),
  };
}
