/** The files that Patroni reads, as text. Pure: the same arguments give the same bytes. */
import { createHash } from "node:crypto";
import { toYaml, type Yaml } from "../../monitoring/yaml.ts";
import type { PgHbaArgs } from "../access.ts";
import { plainName } from "../names.ts";
import type { PostgresConfArgs } from "../parameters.ts";
import { streamingParameters } from "./parameters.ts";
import { failoverTimers, type FailoverProfile } from "./profile.ts";

export { streamingHbaConf, streamingIdentConf, type StreamingIdentArgs } from "./access.ts";

/** Port of Patroni's REST API and metrics on every member: HTTPS, for those with a certificate. */
export const PATRONI_PORT = 8008;

const tls = "/etc/synfleet/tls";
const certificate = { certfile: `${tls}/node.crt`, keyfile: `${tls}/node.key` };

export interface IdentityArgs {
  /** Tells this cluster from others in the same etcd. Never changes in a cluster's life. */
  readonly cluster: string;
  /** Name of this member, which is also its address in the deployment. Fixed for the member's life. */
  readonly member: string;
  /** Names of etcd's members. A change restarts this one. */
  readonly etcd: readonly string[];
}

/** patroni/identity.yml: what Patroni reads at its start alone. */
export function identityYml({ cluster, member, etcd }: IdentityArgs): string {
  if (etcd.length === 0) {
    throw new Error("etcd of the cluster: none given. Allowed: the names of its members.");
  }
  return toYaml({
    scope: plainName("cluster", cluster),
    namespace: "/synfleet/",
    name: plainName("member", member),
    etcd3: {
      hosts: etcd.map((name) => `${plainName("etcd", name)}:2379`),
      protocol: "https",
      cacert: `${tls}/ca.crt`,
      cert: certificate.certfile,
      key: certificate.keyfile,
    },
    log: { level: "INFO", format: "%(asctime)s %(levelname)s: %(message)s" },
    // A container has no watchdog device: what fences is the quorum, and a balancer that asks Patroni.
    watchdog: { mode: "off" },
  });
}

export interface SettingsArgs {
  readonly member: string;
  /** All members, this one included. */
  readonly members: readonly string[];
  readonly server: PostgresConfArgs;
  readonly profile: FailoverProfile;
  /** Members that may lead. */
  readonly candidates: readonly string[];
}

/** patroni/settings.yml: what a running Patroni takes; `bootstrap.dcs` is also what `apply` gives to a running cluster. */
export function settingsYml(args: SettingsArgs): string {
  const member = plainName("member", args.member);
  const parameters = streamingParameters(args.server, failoverTimers(args.profile));
  const settings: Record<string, Yaml> = {
    restapi: {
      listen: `0.0.0.0:${PATRONI_PORT}`,
      connect_address: `${member}:${PATRONI_PORT}`,
      ...certificate,
      cafile: `${tls}/ca.crt`,
      verify_client: "required",
      // Whoever has a certificate may look; only members may have something done.
      allowlist: ["127.0.0.1"],
      allowlist_include_members: true,
    },
    ctl: { cacert: `${tls}/ca.crt`, ...certificate },
    postgresql: {
      listen: "*:5432",
      connect_address: `${member}:5432`,
      data_dir: "/var/lib/synfleet/pgdata",
      bin_dir: "/usr/lib/postgresql/17/bin",
      pgpass: "/run/synfleet/pgpass",
      use_unix_socket: true,
      use_unix_socket_repl: true,
      authentication: {
        superuser: { username: "synfleet" },
        replication: { username: "synfleet_replicator", ...clientTls },
        rewind: { username: "synfleet_rewind", ...clientTls },
      },
      create_replica_methods: ["clone"],
      clone: { command: "/usr/local/lib/synfleet/clone" },
      callbacks: { on_role_change: "/usr/local/bin/bootstrap" },
      before_stop: "/usr/local/lib/synfleet/stop-quickly",
      pre_promote: "/usr/local/lib/synfleet/take-over",
      parameters: parameters.member,
    },
    bootstrap: {
      dcs: clusterSettings(args, parameters.cluster),
      initdb: [{ encoding: "UTF8" }, { locale: "C.UTF-8" }, "data-checksums"],
      post_bootstrap: "/usr/local/bin/bootstrap",
    },
  };
  const tags = { clonefrom: true, nofailover: !args.candidates.includes(member) };
  const hash = createHash("sha256").update(JSON.stringify({ settings, tags })).digest("hex");
  // By this tag `apply` sees that the running Patroni has read these settings.
  return toYaml({ ...settings, tags: { ...tags, settings: hash.slice(0, 12) } });
}

const clientTls = {
  sslmode: "verify-full",
  sslrootcert: `${tls}/ca.crt`,
  sslcert: certificate.certfile,
  sslkey: certificate.keyfile,
};

/** The members that may lead: all of three or more, and of two the one that is named, or the first. */
export function candidatesOf(
  members: readonly string[],
  asked: readonly string[] = members.length >= 3 ? members : members.slice(0, 1),
): readonly string[] {
  const unknown = asked.filter((name) => !members.includes(name));
  const two = members.length === 2 && asked.length !== 1;
  if (asked.length > 0 && unknown.length === 0 && !two) return asked;
  throw new Error(
    `candidates is ${JSON.stringify(asked)}. Allowed: ${two ? "one" : "one or more"} of ${members.join(", ")}.` +
      (two ? " Of two members neither can know that the other is gone: fail over by hand." : ""),
  );
}

/**
 * How many others have a commit before it is acknowledged: with as many members lost at once as leave a majority, the leader among them, one of those
 * who are left has it, and can know that it has. One of three, two of five.
 */
export const confirmations = (members: number): number =>
  Math.max(1, Math.floor((members - 1) / 2));

/** What is the cluster's and not a member's: Patroni keeps it in etcd. */
function clusterSettings(args: SettingsArgs, parameters: Record<string, string | number>): Yaml {
  const timers = failoverTimers(args.profile);
  // With three, a majority of those that have a commit is left when one is lost; of two there is no majority.
  const quorum = args.members.length >= 3;
  return {
    ttl: timers.ttl,
    loop_wait: timers.loopWait,
    retry_timeout: timers.retryTimeout,
    primary_start_timeout: timers.primaryStartTimeout,
    primary_stop_timeout: timers.primaryStopTimeout,
    // Who is elected by a quorum has all that was acknowledged, however much more the last leader had written and told nobody.
    maximum_lag_on_failover: quorum ? Number.MAX_SAFE_INTEGER : 1024 * 1024,
    synchronous_mode: quorum ? "quorum" : "off",
    synchronous_mode_strict: quorum,
    synchronous_node_count: confirmations(args.members.length),
    failsafe_mode: true,
    // A declared member's slot is permanent, so that it finds its WAL; any other goes soon after its member.
    member_slots_ttl: 10,
    slots: memberSlots(args.members),
    postgresql: { use_pg_rewind: true, use_slots: true, parameters },
  };
}

function memberSlots(members: readonly string[]): Record<string, { type: string }> {
  const slots: Record<string, { type: string }> = {};
  for (const member of members) {
    const name = plainName("member", member).replaceAll("-", "_");
    if (slots[name]) {
      throw new Error(
        `members are ${members.join(", ")}: two of them have the slot ${name}. Allowed: names that differ in more than - and _.`,
      );
    }
    slots[name] = { type: "physical" };
  }
  return slots;
}

/** bootstrap.conf: what roles, database and extensions are made from. KEY=value lines, applied without a restart. */
export function streamingBootstrapConf(access: PgHbaArgs, extensions: readonly string[]): string {
  return [
    `database=${plainName("database", access.database)}`,
    `application_user=${plainName("applicationUser", access.applicationUser)}`,
    `extensions=${extensions.map((name) => plainName("extensions", name)).join(",")}`,
  ]
    .map((line) => `${line}\n`)
    .join("");
}
