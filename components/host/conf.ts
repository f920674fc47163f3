/** Configuration of a prepared host, as text. Pure: the same settings, the same bytes. */

export interface DockerDaemonArgs {
  /** Whether the host is part of a Swarm, whose engine cannot keep containers over its own restart. Changing it restarts Docker. */
  readonly swarm: boolean;
  /**
   * Size at which a container's log begins a new file, in MiB; three are kept, so that logs alone never fill the disk. A change holds for containers
   * that are made after it, and restarts Docker.
   * @default 10
   */
  readonly logMiB?: number;
  /**
   * Network from which Docker takes those of its bridges, and the length of each, where its own (172.17.0.0/16 and following) are in use
   * around the host. Changing it restarts Docker and holds for networks that are made after it.
   * @default Docker's own
   */
  readonly addressPool?: { readonly base: string; readonly size: number };
}

/** /etc/docker/daemon.json. */
export function daemonJson({ swarm, logMiB = 10, addressPool }: DockerDaemonArgs): string {
  if (!Number.isInteger(logMiB) || logMiB < 1)
    throw new Error(`logMiB is ${logMiB}. Allowed: a whole number from 1. Change it.`);
  const settings = {
    ...(addressPool && { "default-address-pools": [addressPool] }),
    // Containers go on while Docker itself is restarted or updated.
    ...(!swarm && { "live-restore": true }),
    "log-driver": "json-file",
    "log-opts": { "max-file": "3", "max-size": `${logMiB}m` },
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** /etc/sysctl.d/90-synfleet.conf: what only the host can set, since it holds for the kernel and not for a container. */
export const sysctlText = `# Made by Synfleet: what is written here by hand is lost with the next change.
# Redis forks to save: without this a server that uses half of the memory cannot, and refuses writes.
vm.overcommit_memory = 1
# A database that waits for its own memory to come from the disk looks dead to its peers.
vm.swappiness = 1
# Much that is written at once would be flushed at once, and every fsync would wait for it.
vm.dirty_background_bytes = 67108864
vm.dirty_bytes = 536870912
# A host whose kernel has failed comes back; its members have been replaced meanwhile.
kernel.panic = 10
`;

/** The settings of such a file, by name. */
export function sysctlValues(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([a-z_.\d]+) = (\S.*)$/gm)].map(([, key, value]) => [key!, value!]),
  );
}
