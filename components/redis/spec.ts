import * as pulumi from "@pulumi/pulumi";
import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import {
  machinePassword,
  sentinelUsers,
  serverUsers,
  type RedisPasswords,
  type RedisUser,
} from "./access.ts";
import {
  memberConf,
  REDIS_PORT,
  redisConf,
  reloadedConf,
  SENTINEL_PORT,
  sentinelConf,
  type RedisServerArgs,
  type SentinelArgs,
} from "./conf.ts";

interface MemberSpecArgs {
  readonly name: string;
  readonly host: string;
  /** Name by which the Sentinels know the set. */
  readonly set: string;
  readonly members: readonly string[];
  readonly sentinels: readonly string[];
  readonly passwords: RedisPasswords<pulumi.Input<string>>;
  readonly files: Readonly<Record<string, FileSpec>>;
}

export interface RedisServerSpecArgs extends MemberSpecArgs {
  readonly port?: number | undefined;
  readonly server: RedisServerArgs;
  readonly allowedCommands: readonly string[];
  readonly cpus: number;
}

export interface SentinelSpecArgs extends MemberSpecArgs {
  readonly sentinel: SentinelArgs;
}

export function redisServerSpec(args: RedisServerSpecArgs): WorkloadSpec {
  const { name, members, allowedCommands } = args;
  return {
    ...base(args, "server", "replica"),
    files: {
      ...base(args, "server", "replica").files,
      "redis.conf": { content: redisConf({ name }) },
      "reloaded.conf": { content: reloadedConf({ ...args.server, members: members.length }) },
      "secrets/users.acl": users(args.passwords, (passwords) =>
        serverUsers({ passwords, allowedCommands }),
      ),
    },
    ports: [{ internal: REDIS_PORT, ...(args.port && { published: args.port }) }],
    limits: { memoryMiB: args.server.memoryMiB ?? 512, cpus: args.cpus },
    // Handing the primary's role over, then the server's own wait for lagging replicas (10 s), then the last write to disk.
    stopSeconds: 60,
  };
}

export function sentinelSpec(args: SentinelSpecArgs): WorkloadSpec {
  return {
    ...base(args, "sentinel", "sentinel"),
    files: {
      ...base(args, "sentinel", "sentinel").files,
      "sentinel.conf": { content: sentinelConf({ ...args.sentinel, ...args }) },
      "secrets/users.acl": users(args.passwords, sentinelUsers),
    },
    ports: [{ internal: SENTINEL_PORT }],
    limits: { memoryMiB: 96, cpus: 0.5 },
    stopSeconds: 10,
  };
}

function base(args: MemberSpecArgs, role: "server" | "sentinel", identity: RedisUser) {
  const password = pulumi
    .output(args.passwords[identity])
    .apply((text) => machinePassword(identity, text));
  return {
    alias: args.name,
    host: args.host,
    image: { stage: "redis" as const },
    files: {
      ...args.files,
      "member.conf": { content: memberConf({ ...args, role }) },
      [`secrets/${identity}_password`]: { content: password, secret: true },
    },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    health: ["/usr/local/bin/healthy"],
  };
}

function users(
  passwords: RedisPasswords<pulumi.Input<string>>,
  render: (passwords: RedisPasswords) => string,
): FileSpec {
  return { content: pulumi.output(passwords).apply(render), secret: true };
}
