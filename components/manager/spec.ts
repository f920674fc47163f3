import type * as pulumi from "@pulumi/pulumi";
import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import { managerConf, type ManagerConfArgs } from "./conf.ts";

/** Port on which every manager listens inside of the deployment. */
export const MANAGER_PORT = 8080;

/** Name of the manager that serves the member with this number. */
export function managerAlias(number: number): string {
  return `manager${number}`;
}

interface ManagerSpecArgs {
  readonly alias: string;
  readonly host: string;
  readonly port: number;
  readonly cluster: ManagerConfArgs;
  readonly token: pulumi.Input<string>;
  readonly files: Readonly<Record<string, FileSpec>>;
}

export function managerSpec({
  alias,
  host,
  port,
  cluster,
  token,
  files,
}: ManagerSpecArgs): WorkloadSpec {
  return {
    alias,
    host,
    image: { stage: "manager" },
    files: {
      ...files,
      "manager.json": { content: managerConf(cluster) },
      "secrets/manager_token": { content: token, secret: true },
    },
    volumes: [],
    ports: [{ internal: MANAGER_PORT, published: port }],
    limits: { memoryMiB: 256, cpus: 1 },
    stopSeconds: 15,
    health: ["/usr/local/bin/healthy"],
  };
}

/** The one-shot workload that ends when the cluster is ready, or tells what is missing. */
export function initialiserSpec({
  host,
  cluster,
  token,
  files,
  calls,
}: Omit<ManagerSpecArgs, "alias" | "port"> & Pick<WorkloadSpec, "calls">): WorkloadSpec {
  return {
    alias: "init",
    host,
    ...(calls && { calls }),
    image: { stage: "manager" },
    command: ["init"],
    files: {
      ...files,
      "manager.json": { content: managerConf(cluster) },
      "secrets/manager_token": { content: token, secret: true },
    },
    volumes: [],
    ports: [],
    limits: { memoryMiB: 256, cpus: 1 },
    stopSeconds: 5,
    oneShot: true,
  };
}
