import type { ImageRegistry } from "./registry.ts";

export interface SshLogin {
  /** It must be allowed to use Docker. @default "root" */
  readonly user?: string | undefined;
  /** @default 22 */
  readonly port?: number | undefined;
  /** File with the private key. @default - the keys of the SSH agent, and those that ssh(1) takes by itself */
  readonly keyFile?: string | undefined;
  /**
   * Public key by which the machine is known, as its /etc/ssh/ssh_host_ed25519_key.pub has it. A machine that has another
   * is not talked to. @default - the one in the user's known_hosts; a machine that is not in there is not talked to
   */
  readonly hostKey?: string | undefined;
}

export interface DockerHost {
  /** Name by which members are placed on it. */
  readonly name: string;
  /**
   * Where its Docker Engine listens, when it is not reached by `ssh`: `unix:///var/run/docker.sock`, or `ssh://user@host`
   * for what the user's own ssh_config says about it. @default the local one
   */
  readonly engine?: string | undefined;
  /** How to log in at its `address`. @default - it is reached by `engine` */
  readonly ssh?: SshLogin | undefined;
  /** IP address by which clients reach it, and this machine by `ssh`. @default the machine itself, "localhost" */
  readonly address?: string | undefined;
  /**
   * IP address by which the other hosts reach it; ports that are for them alone are open on it. Best one of a network
   * that nobody else is in. Changing it replaces the containers. @default its `address`
   */
  readonly privateAddress?: string | undefined;
}

/** How hosts are prepared that are reached by `ssh`. See docs/hosts.md. */
export interface HostPreparation {
  /** Networks of the clients that published ports are open to. A change changes the rules at once. @default none */
  readonly clientCidrs?: readonly string[] | undefined;
  /** Networks from which SSH is admitted. A change changes the rules at once. @default every network */
  readonly sshFrom?: readonly string[] | undefined;
  /** Whether Docker Engine and its daemon.json are installed and kept, or left to the user. @default "managed" */
  readonly docker?: "managed" | "kept" | undefined;
  /** Whether the clock must be synchronised. @default true */
  readonly clock?: boolean | undefined;
}

export interface DockerPlatformArgs {
  readonly hosts: readonly DockerHost[];
  /** Prefix of every container, volume and network, so that several stacks share a host. */
  readonly prefix: string;
  /**
   * Host address on which ports are published. Changing it replaces the containers that publish ports.
   * @default "127.0.0.1" on one host, each host's own address on several
   */
  readonly publishAddress?: string;
  /** Keeps volumes from being deleted by the engine. @default false */
  readonly protectVolumes?: boolean;
  /** Whether a change waits for the member's peers to be ready. Only ever false to repair a broken set. @default true */
  readonly rolloutGate?: boolean;
  /** How long a member may take to be ready again after a change before the roll-out stops, in seconds. @default 300 */
  readonly readySeconds?: number;
  /** Hosts with `ssh` are prepared: packages, kernel, rules, Docker. @default - they are taken as they are */
  readonly preparation?: HostPreparation | undefined;
  /** Builds each image once, and has all hosts take it from there. @default - each host builds its own */
  readonly imageRegistry?: ImageRegistry | undefined;
  /** Labels of all that is made, besides the one of the deployment. A change replaces containers, one member at a time, and leaves volumes as they are. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}
