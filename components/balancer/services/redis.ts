/** A Redis set behind the balancer: each member is asked over TLS which role it has. Pure but for the password. */
import * as pulumi from "@pulumi/pulumi";
import { machinePassword } from "../../redis/access.ts";
import type { BalancedService } from "../service.ts";
import {
  checkedServers,
  checkOverTls,
  resolution,
  wholeName,
  words,
  type CheckTiming,
  type Named,
} from "../servers.ts";

/**
 * Ports on which the balancer listens inside of the deployment. No member has one of them, since a host that carries both
 * opens the ports of both for the other hosts.
 */
export const REDIS_WRITE_PORT = 6390;
export const REDIS_READ_PORT = 6391;

export interface RedisServiceArgs extends CheckTiming, Named {
  /** Addresses of all members, since any of them may become the primary. A reload. */
  readonly members: readonly string[];
  /** Port of the members. Default 6380. A reload. */
  readonly memberPort?: number;
  /** Password of the user `check`. A reload. */
  readonly password: pulumi.Input<string>;
  /**
   * Replicas that must be following a primary for clients to be sent there: the set's own `minReplicasToWrite`. A primary
   * that was cut off has none, so of two that both take themselves for the primary it is not the one. Default 0. A reload.
   */
  readonly minReplicasToWrite?: number;
  /** Ports of the balancer's host. Changing one replaces the balancer. */
  readonly published: {
    readonly write: number;
    /** @default - no port for reads */
    readonly read?: number;
  };
}

/** Writes to the primary; where it is asked for, reads over all replicas, and over the primary while there is none. */
export function redisService(args: RedisServiceArgs): BalancedService {
  const { write, read } = args.published;
  return {
    sections: pulumi
      .output(args.password)
      .apply((password) => redisSections({ ...args, password, reads: read !== undefined })),
    ports: [
      { internal: REDIS_WRITE_PORT, published: write },
      ...(read === undefined ? [] : [{ internal: REDIS_READ_PORT, published: read }]),
    ],
  };
}

export interface RedisSectionsArgs extends Omit<RedisServiceArgs, "published" | "password"> {
  readonly password: string;
  readonly reads: boolean;
}

export function redisSections(args: RedisSectionsArgs): string {
  const members = words("members", args.members);
  const password = machinePassword("check", args.password);
  const at = (name: string) => `${wholeName(name, args)}:${args.memberPort ?? 6380}`;
  const needed = args.minReplicasToWrite ?? 0;
  if (!Number.isInteger(needed) || needed < 0 || needed > 9) {
    throw new Error(`minReplicasToWrite is ${needed}. Allowed: 0 to 9.`);
  }
  const timing = { checkIntervalMs: 500, checksToFall: 2, ...args };
  // Both stand near the beginning of the answer; how many bytes there are at least is known, so a "no" needs no time-out.
  const primary = `role:master\\r\\nconnected_slaves:[0-9]+${needed > 0 ? `\\r\\nmin_slaves_good_slaves:([${needed}-9]|[1-9][0-9])` : ""}`;
  const replica = "role:slave\\r\\n([^#]*\\r\\n)?master_link_status:up";
  const servers = (options: (name: string) => string) =>
    members.map((name) => `  server ${name} ${at(name)} ${options(name)}\n`).join("");
  const writes = `# TLS is the client's with Redis: it passes through. What HAProxy asks a member itself, it asks over a TLS session of its
# own: whether it is the primary.
backend write-redis
  balance first
${roleCheck(password, primary)}
  default-server ${checkedServers(timing)}
${servers((name) => checkOverTls(name))}
frontend write-redis
  bind :${REDIS_WRITE_PORT}
  default_backend write-redis
`;
  if (!args.reads) return writes;
  return `${writes}
backend read-redis
  balance roundrobin
${roleCheck(password, replica)}
  default-server ${checkedServers(timing)}
${servers((name) => checkOverTls(name))}${members
    .map(
      (name) =>
        `  server ${name}-primary ${at(name)} ${resolution} track write-redis/${name} backup\n`,
    )
    .join("")}
frontend read-redis
  bind :${REDIS_READ_PORT}
  default_backend read-redis
`;
}

/** Log in as `check`, which may do nothing else, and look for the pattern in what the member says of itself. */
function roleCheck(password: string, pattern: string): string {
  return [
    "option tcp-check",
    `tcp-check send "AUTH check ${password}\\r\\n"`,
    "tcp-check expect string +OK",
    'tcp-check send "INFO replication\\r\\n"',
    `tcp-check expect min-recv 250 rstring "${pattern}"`,
    'tcp-check send "QUIT\\r\\n"',
  ]
    .map((line) => `  ${line}`)
    .join("\n");
}
