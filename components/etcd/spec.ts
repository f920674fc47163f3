import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import { etcdConf } from "./conf.ts";

/** Port on which every member serves its clients. */
export const ETCD_PORT = 2379;
/** On which its members speak to each other. */
export const ETCD_PEER_PORT = 2380;

interface EtcdSpecArgs {
  readonly name: string;
  readonly host: string;
  readonly members: readonly string[];
  /** Tells this cluster's members from those of another. */
  readonly token: string;
  readonly files: Readonly<Record<string, FileSpec>>;
}

export function etcdSpec({ name, host, members, token, files }: EtcdSpecArgs): WorkloadSpec {
  const conf = etcdConf({ name, token, members: members.map((member) => ({ name: member })) });
  return {
    alias: name,
    host,
    image: { stage: "etcd" },
    files: { ...files, "etcd.yml": { content: conf } },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [{ internal: ETCD_PORT }, { internal: ETCD_PEER_PORT }],
    limits: { memoryMiB: 256, cpus: 1 },
    stopSeconds: 15,
    health: ["/usr/local/bin/healthy"],
  };
}
