import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import { etcdConf, type EtcdConfArgs, type EtcdMember } from "./conf.ts";

/** Port on which every member serves its clients. */
export const ETCD_PORT = 2379;
/** On which its members speak to each other. */
export const ETCD_PEER_PORT = 2380;

interface EtcdSpecArgs {
  readonly name: string;
  readonly host: string;
  readonly members: readonly EtcdMember[];
  /** Tells this cluster's members from those of another. */
  readonly token: string;
  readonly files: Readonly<Record<string, FileSpec>>;
}

/** A member's configuration by the names of its files. Who came later is in none that a member restarts for. */
export function etcdFiles(args: EtcdConfArgs): Record<string, string> {
  const joined = args.members.filter(({ joins }) => joins).map((member) => `${member.name}\n`);
  return { "etcd.yml": etcdConf(args), ...(joined.length > 0 && { joined: joined.join("") }) };
}

export function etcdSpec({ name, host, members, token, files }: EtcdSpecArgs): WorkloadSpec {
  const rendered = Object.entries(etcdFiles({ name, members, token }));
  return {
    alias: name,
    host,
    image: { stage: "etcd" },
    files: {
      ...files,
      ...Object.fromEntries(rendered.map(([path, content]) => [path, { content }])),
    },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [{ internal: ETCD_PORT }, { internal: ETCD_PEER_PORT }],
    limits: { memoryMiB: 256, cpus: 1 },
    stopSeconds: 15,
    health: ["/usr/local/bin/healthy"],
  };
}
