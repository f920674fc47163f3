/** What a prepared host has, as plain data: the inputs of the resource that prepares it. Pure. */
import { daemonJson, sysctlText, sysctlValues } from "./conf.ts";
import { firewallText, type FirewallArgs } from "./firewall.ts";
import {
  FIREWALL_UNIT,
  FIREWALL_UNIT_FILE,
  firewallUnit,
  NFTABLES_DROP_IN,
  nftablesDropIn,
} from "./unit.ts";

/** How root's rights on a host are come by. A change of it changes nothing on the host. */
export interface HostLogin {
  /** Name of the host in messages. */
  readonly name: string;
  readonly address: string;
  /** `root`, or one who has `sudo` without a password. */
  readonly user: string;
  readonly port: number;
  /** File with the private key. @default - those that ssh(1) takes by itself */
  readonly keyFile?: string | undefined;
  /** Public key by which the host is known. @default - the one in known_hosts; a host that is not in there is not talked to */
  readonly hostKey?: string | undefined;
}

export interface HostFile {
  readonly content: string;
  /** As chmod(1) takes it: "0644". */
  readonly mode: string;
  /** Unit that is restarted when the content changes, if it runs. @default none */
  readonly restarts?: string | undefined;
}

/** What the host has to have. What a refresh finds is told in the same form, so that the difference is the drift. */
export interface HostState {
  /** The deployment that prepares the host: there may be one alone. */
  readonly owner: string;
  /**
   * Names of packages, as "docker.io | docker-ce" where the second does as well: the first is installed where there is none of them. "optional"
   * ones are installed where the distribution has them.
   */
  readonly packages: Readonly<Record<string, "installed" | "optional">>;
  readonly files: Readonly<Record<string, HostFile>>;
  /** Settings of the running kernel. */
  readonly sysctl: Readonly<Record<string, string>>;
  readonly units: Readonly<Record<string, UnitState>>;
  /** The table of rules, and whether it is in force as it is written. @default - none is made */
  readonly firewall?: { readonly rules: string; readonly inForce: InForce } | undefined;
  /** Whether the clock must be synchronised; false asks for nothing. */
  readonly timeSynchronised: boolean;
}

/** "other": there is a table, which somebody has changed. */
export type InForce = "yes" | "no" | "other";

export interface UnitState {
  readonly enabled: boolean;
  readonly active: boolean;
}

export type HostInputs = HostState & { readonly login: HostLogin };

export interface PreparationArgs {
  readonly owner: string;
  readonly firewall: FirewallArgs;
  /**
   * "managed": Docker Engine of the distribution is installed where there is none, and has Synfleet's daemon.json. "kept": it is the
   * user's, and has to be there. @default "managed"
   */
  readonly docker?: "managed" | "kept" | undefined;
  /** Whether the clock must be synchronised. False only where something else sees to it. @default true */
  readonly clock?: boolean | undefined;
  /**
   * Whether it is to be a member of a Swarm, whose engine cannot keep containers over its own restart. A change restarts Docker, and
   * with it the containers. @default false
   */
  readonly swarm?: boolean | undefined;
  /** Certificates (PEM) that Docker trusts, by the file in which it looks for them. A change restarts nothing. @default none */
  readonly trusted?: Readonly<Record<string, string>> | undefined;
}

export const DAEMON_FILE = "/etc/docker/daemon.json";
export const SYSCTL_FILE = "/etc/sysctl.d/90-synfleet.conf";
const DOCKER_UNIT = "docker.service";
const running: UnitState = { enabled: true, active: true };

export function wantedState(args: PreparationArgs): HostState {
  const { owner, firewall, docker = "managed", clock = true, swarm = false, trusted = {} } = args;
  const managed = docker === "managed";
  return {
    owner,
    packages: {
      nftables: "installed",
      ...(managed && {
        "docker.io | docker-ce": "installed",
        // Debian 13 keeps them apart from the engine, which does not say that it needs them.
        "docker-cli | docker-ce-cli": "optional",
        iptables: "installed",
        apparmor: "optional",
        "ca-certificates": "installed",
      }),
      ...(clock && { "systemd-timesyncd | chrony | ntpsec | openntpd | ntp": "installed" }),
    },
    files: {
      [SYSCTL_FILE]: { content: sysctlText, mode: "0644" },
      [FIREWALL_UNIT_FILE]: { content: firewallUnit, mode: "0644" },
      [NFTABLES_DROP_IN]: { content: nftablesDropIn, mode: "0644" },
      ...Object.fromEntries(
        Object.entries(trusted).map(([path, content]) => [path, { content, mode: "0644" }]),
      ),
      ...(managed && {
        [DAEMON_FILE]: {
          content: daemonJson({ swarm }),
          mode: "0644",
          restarts: DOCKER_UNIT,
        },
      }),
    },
    sysctl: sysctlValues(sysctlText),
    units: { [FIREWALL_UNIT]: running, ...(managed && { [DOCKER_UNIT]: running }) },
    firewall: { rules: firewallText(firewall), inForce: "yes" },
    timeSynchronised: clock,
  };
}
