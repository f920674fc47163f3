/** Users of Redis and what each may do: the text of users.acl. Pure. */
import { createHash } from "node:crypto";

/** Every password that a set needs, by user. */
export const redisUsers = ["application", "replica", "sentinel", "monitor", "check"] as const;
export type RedisUser = (typeof redisUsers)[number];
export type RedisPasswords<T = string> = Readonly<Record<RedisUser, T>>;

/**
 * On a server. The default user is off, so nobody gets in without a name. `replica` are the other servers, `sentinel` the
 * Sentinels, `monitor` the exporter and `check` the balancer. Rules of the first four are those of Redis' own guides.
 */
const onServers: RedisPasswords<(allowed: readonly string[]) => string> = {
  // INFO is dangerous only by what it tells; clients' health checks ask it.
  application: (allowed) =>
    ["~* &* +@all -@admin -@dangerous +info", ...allowed.map((word) => `+${word}`)].join(" "),
  replica: () => "+psync +replconf +ping +info +role",
  sentinel: () =>
    "resetchannels &__sentinel__:* +multi +exec +ping +info +role +publish +subscribe +slaveof +config|rewrite +client|setname +client|kill +script|kill",
  monitor: () =>
    "+ping +info +role +select +slowlog|len +slowlog|get +latency|latest +latency|histogram +client|setname",
  check: () => "+ping +info +role",
};

/** On a Sentinel. Servers ask it who is the primary, and one that is to stop asks it for a fail-over. */
const onSentinels: Partial<RedisPasswords> = {
  replica: "+ping +sentinel|get-master-addr-by-name +sentinel|replicas +sentinel|failover",
  sentinel:
    "resetchannels &__sentinel__:* +ping +info +role +publish +subscribe +client|setname +sentinel|get-master-addr-by-name +sentinel|is-master-down-by-addr",
  monitor:
    "+ping +info +client|setname +sentinel|masters +sentinel|replicas +sentinel|sentinels +sentinel|ckquorum",
};

/** Commands that end the application's data, its server or others' sessions at once: not to be had by a list of words. */
const neverAllowed =
  /^(acl|config|debug|failover|module|monitor|psync|replicaof|replconf|shutdown|slaveof|sync)\b/;

export interface ServerUsersArgs {
  readonly passwords: RedisPasswords;
  /**
   * Commands that `application` may use besides the ordinary ones, such as `keys` or `flushdb`. Redis counts them as
   * dangerous, because they block the server or drop data. Default none. A reload.
   */
  readonly allowedCommands?: readonly string[];
}

export function serverUsers({ passwords, allowedCommands = [] }: ServerUsersArgs): string {
  for (const word of allowedCommands) {
    if (!/^[a-z]+(\|[a-z]+)?$/.test(word) || neverAllowed.test(word)) {
      throw new Error(
        `allowedCommands has ${JSON.stringify(word)}. Allowed: names of commands in small letters, such as "keys" or "flushdb", but none that administers the server. Use the commands of synfleet for that.`,
      );
    }
  }
  return users(
    redisUsers.map((user) => line(user, passwords[user], onServers[user](allowedCommands))),
  );
}

export function sentinelUsers(passwords: Omit<RedisPasswords, "application" | "check">): string {
  const named = (["replica", "sentinel", "monitor"] as const).map((user) =>
    line(user, passwords[user], onSentinels[user]!),
  );
  return users(named);
}

/** A password as a program of the image sends it: on a line of its own, without quotes. */
export function machinePassword(user: RedisUser, password: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{7,62}$/.test(password)) return password;
  throw new Error(
    `passwords.${user} is too short, or has a character that its files cannot carry. Allowed: 8 to 63 letters, digits and . _ -`,
  );
}

function line(user: RedisUser, password: string, rules: string): string {
  if (password.length < 8)
    throw new Error(`passwords.${user} is shorter than 8 characters. Allowed: 8 or more.`);
  const hash = createHash("sha256").update(password).digest("hex");
  return `user ${user} on #${hash} ${rules}`;
}

function users(named: readonly string[]): string {
  return ["user default off", ...named, ""].join("\n");
}
