/** How a host's Docker Engine is reached. Pure. */
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { HostLogin } from "../../host/wanted.ts";
import type { DockerHost } from "./args.ts";

export const LOCAL_ENGINE = "unix:///var/run/docker.sock";

/** Where the engine listens, as Docker's client takes it. */
export function engineOf(host: DockerHost): string {
  const { name, ssh, engine, address } = host;
  if (!ssh) return engine ?? LOCAL_ENGINE;
  if (engine !== undefined) {
    throw new Error(
      `hosts: ${name} has both ssh and engine (${engine}). Allowed: one of them. Leave engine out.`,
    );
  }
  if (address === undefined) {
    throw new Error(`hosts: ${name} has ssh and no address. Allowed: an IP address. Set it.`);
  }
  return `ssh://${ssh.user ?? "root"}@${bracketed(address)}${ssh.port && ssh.port !== 22 ? `:${ssh.port}` : ""}`;
}

/** An address as it stands before a port. */
export const bracketed = (address: string): string =>
  address.includes(":") ? `[${address}]` : address;

/** How to log in at a host, as plain data; nothing where it is not reached by `ssh`. */
export function loginOf({ name, address, ssh }: DockerHost): HostLogin | undefined {
  if (!ssh || address === undefined) return undefined;
  const { user = "root", port = 22, keyFile, hostKey } = ssh;
  return {
    ...{ name, address, user, port },
    ...(keyFile !== undefined && { keyFile }),
    ...(hostKey !== undefined && { hostKey }),
  };
}

/** Options of ssh(1), a word each. Whoever cannot show the host's key is not talked to, and nobody is asked for a password. */
export function sshOptions({ ssh }: DockerHost): string[] {
  if (!ssh) return [];
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "ConnectTimeout=10",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
  ];
  if (ssh.hostKey) {
    const [type, key] = hostKeyOf(ssh.hostKey);
    options.push(
      // From the settings alone: an entry in the user's own file that says otherwise does not count.
      `KnownHostsCommand=/bin/echo %H ${type} ${key}`,
      "UserKnownHostsFile=none",
      "GlobalKnownHostsFile=none",
      `HostKeyAlgorithms=${type}`,
      "CheckHostIP=no",
    );
  }
  return [
    ...(ssh.keyFile ? ["-i", ssh.keyFile, "-o", "IdentitiesOnly=yes"] : []),
    ...options.flatMap((option) => ["-o", option]),
  ];
}

function hostKeyOf(text: string): [string, string] {
  const [type, key] = text.split(" ");
  return [type!, key!];
}

/** What `client/ssh` reads, or nothing where no host has options of its own. */
export function sshOptionsTable(hosts: readonly DockerHost[]): string {
  return hosts
    .filter((host) => host.ssh)
    .map((host) => [host.address, ...sshOptions(host)].join("\t"))
    .join("\n");
}

/** What Docker's client starts to reach a host with options of its own. */
export const sshProgram = fileURLToPath(new URL("./client/ssh", import.meta.url));

/** Relative, so that the same deployment from another folder of the machine is no change. */
const clientFolder = () => relative(process.cwd(), dirname(sshProgram));

/**
 * Environment in which a script finds Docker's client and the hosts that it asks; empty where none of them needs more than the client. Give those
 * alone: Linux takes no variable of more than 128 KiB, which a few hundred hosts fill, and of a thousand commands each would carry it.
 */
export function clientEnvironment(hosts: Iterable<DockerHost>): Readonly<Record<string, string>> {
  return environmentFor(sshOptionsTable([...new Set(hosts)]));
}

/** The same by a table of the form of `sshOptionsTable`. */
export const environmentFor = (table: string): Readonly<Record<string, string>> =>
  table === "" ? {} : { SSH_CLIENT: clientFolder(), SSH_OPTIONS: table };

/** Where other hosts reach this one. */
export function peerAddress({ name, address, privateAddress }: DockerHost): string {
  const at = privateAddress ?? address;
  if (at !== undefined) return at;
  throw new Error(
    `hosts: ${name} has no address, and is one of several. Allowed: an IP address by which the others reach it. Set address.`,
  );
}

/** Addresses of what is placed elsewhere, by alias. */
export function remoteAliases(
  placed: ReadonlyMap<string, string>,
  here: string,
  hostOf: (name: string) => DockerHost,
): Record<string, string> {
  const remote = [...placed].filter(([, at]) => at !== here);
  return Object.fromEntries(remote.map(([alias, at]) => [alias, peerAddress(hostOf(at))]));
}

/** The network that has this address alone. */
export function singleton(address: string): string {
  return `${address}/${address.includes(":") ? 128 : 32}`;
}
