/** A member of the cluster as its managers know it. */
export interface ManagerMember {
  /** Stable name, also the host name of the member on the network unless `host` says otherwise. */
  readonly name: string;
  /** Stable number, 1 to 16. It is part of every key the member makes: never reuse one. */
  readonly number: number;
  /** @default the name */
  readonly host?: string;
  /** @default 5432 */
  readonly port?: number;
  /** @default `manager<number>`, port 8080 */
  readonly manager?: { readonly host: string; readonly port: number };
  /** The etcd member beside it. @default - none; the manager then asks the first one */
  readonly etcd?: string;
}

/** Limits of the one gate that decides whether the balancer may use a member. */
export interface AdmissionArgs {
  /** A closed member opens when its lag is at most this. Reload. @default 1048576 */
  readonly openBelowBytes?: number;
  /** The same in seconds. Reload. @default 3 */
  readonly openBelowSeconds?: number;
  /** An open member closes when its lag stays above this. Reload. @default 67108864 */
  readonly closeAboveBytes?: number;
  /** The same in seconds. Reload. @default 30 */
  readonly closeAboveSeconds?: number;
  /** How long trouble is borne before an open member closes. Reload. @default 10 */
  readonly withdrawAfterSeconds?: number;
  /** How long a started member waits for peers that do not answer. Reload. @default 15 */
  readonly absentAfterSeconds?: number;
  /**
   * An open member closes when its volume has less left than this, in bytes, while another member has more; on a volume
   * below 10 GiB from 5 % on. It opens again at twice that. Reload. @default 536870912
   */
  readonly closeBelowFreeBytes?: number;
}

/** What a manager's configuration is made from. All changes but `serves` and `listen` are reloads. */
export interface ManagerConfArgs {
  /** Name of the cluster: the prefix of its keys in etcd. */
  readonly cluster: string;
  /** The member this manager serves; null for the initialiser. Restart. */
  readonly serves: string | null;
  readonly members: readonly ManagerMember[];
  readonly etcd: readonly { readonly name: string; readonly url?: string }[];
  /** What the initialiser waits for. @default - the balancer is not asked */
  readonly balancer?: {
    readonly host: string;
    readonly readPort: number;
    readonly writePort: number;
  };
  /** Application database, where schema `synfleet` is. @default "synapsedb" */
  readonly database?: string;
  /** Restart. @default port 8080 on all addresses of the container */
  readonly listen?: { readonly host?: string; readonly port: number };
  readonly admission?: AdmissionArgs;
  /** Time between two looks at the cluster. @default 1000 */
  readonly pollMilliseconds?: number;
  /** @default "info" */
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  /** How long the initialiser waits. @default 300 */
  readonly initialiseTimeoutSeconds?: number;
}

/** Where files are in every container. */
const folder = "/etc/synfleet";

/** Renders manager.json. Members are sorted by number, so that their order in the settings changes nothing. */
export function managerConf(args: ManagerConfArgs): string {
  const members = [...args.members].sort((left, right) => left.number - right.number);
  const conf = {
    cluster: args.cluster,
    serves: args.serves,
    listen: { host: args.listen?.host ?? "0.0.0.0", port: args.listen?.port ?? 8080 },
    members: members.map((member) => ({
      name: member.name,
      number: member.number,
      host: member.host ?? member.name,
      port: member.port ?? 5432,
      manager: member.manager ?? { host: `manager${member.number}`, port: 8080 },
      ...(member.etcd === undefined ? {} : { etcd: member.etcd }),
    })),
    database: { name: args.database ?? "synapsedb", user: "synfleet_manager" },
    etcd: args.etcd.map(({ name, url }) => ({ name, url: url ?? `https://${name}:2379` })),
    ...(args.balancer === undefined
      ? {}
      : {
          balancer: {
            read: { host: args.balancer.host, port: args.balancer.readPort },
            write: { host: args.balancer.host, port: args.balancer.writePort },
          },
        }),
    tls: {
      caFile: `${folder}/tls/ca.crt`,
      certFile: `${folder}/tls/node.crt`,
      keyFile: `${folder}/tls/node.key`,
    },
    tokenFile: `${folder}/secrets/manager_token`,
    ...(args.admission === undefined ? {} : { admission: args.admission }),
    pollMilliseconds: args.pollMilliseconds ?? 1000,
    logLevel: args.logLevel ?? "info",
    initialise: { timeoutSeconds: args.initialiseTimeoutSeconds ?? 300 },
  };
  return `${JSON.stringify(conf, undefined, 2)}\n`;
}
