import type { DockerHost, DockerPlatformArgs } from "../docker/args.ts";

/**
 * Hosts in one Docker Swarm, each reached by `ssh`. Those that are in a Swarm already stay in it; the others join it, or begin one. Ports are published
 * on every address of a member's host, since a Swarm knows no other way: rules of the host decide who reaches them.
 */
export interface SwarmPlatformArgs extends Omit<DockerPlatformArgs, "publishAddress"> {
  readonly hosts: readonly DockerHost[];
  /**
   * Whether what containers say to each other between hosts is encrypted by the network too, besides their own TLS; the kernels need ESP for it. A change
   * takes a new prefix: a network that is in use cannot be changed. @default true
   */
  readonly encrypted?: boolean;
}
