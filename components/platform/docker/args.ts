export interface DockerHost {
  /** Name by which members are placed on it. */
  readonly name: string;
  /** Where its Docker Engine listens: `unix:///var/run/docker.sock`, or `ssh://user@host`. */
  readonly engine: string;
  /** IP address by which the other hosts and the clients reach it. @default the machine itself, "localhost" */
  readonly address?: string;
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
  readonly labels?: Readonly<Record<string, string>>;
}
