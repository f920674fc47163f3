import * as pulumi from "@pulumi/pulumi";
import { serverConf, type ServerConfArgs } from "../synap/conf.ts";
import type { SystemdSpec } from "./spec.ts";

export interface SynapUnitArgs {
  /** Password of the server's user with all rights, 8 characters or more. Restart. */
  readonly password: pulumi.Input<string>;
  /** Settings of the server. Restart. */
  readonly server: ServerConfArgs;
  /** Name of the unit, and of its user. Another name is another server. @default "synap" */
  readonly name?: string;
  /** Path of the server's program on the machine. Restart. @default "/usr/local/bin/synap-server" */
  readonly program?: string;
  /**
   * Where it listens. It speaks no TLS: the machine itself, or an address of a network that nobody else listens in. Restart.
   * @default "127.0.0.1"
   */
  readonly address?: string;
  /** Restart. @default 15500 */
  readonly port?: number;
  /** Networks that reach it on a private address. Restart. @default - none */
  readonly clients?: readonly string[];
  /** Memory of all of it, MiB. Restart. @default - a quarter more than that of the data, and 512 for its log in memory */
  readonly memoryMiB?: number;
  /** Processors at most. Restart. @default 1 */
  readonly cpus?: number;
}

/**
 * Synap's server by itself as a service of systemd, for `SystemdService`. It is the published server as it is: what a guard
 * and a supervisor do around each member of a `SynapCluster` is not here, so it takes neither replicas nor TLS.
 */
export function synapUnit(args: SynapUnitArgs): SystemdSpec {
  const { address = "127.0.0.1", port = 15500, clients = [], server } = args;
  if (!isPrivate(address)) {
    throw new Error(
      `address is "${address}". Allowed: 127.0.0.1, or an IPv4 address of a private network (10/8, 172.16/12, 192.168/16): Synap speaks no TLS. Use SynapCluster to serve others.`,
    );
  }
  const loopback = address === "127.0.0.1";
  if (loopback && clients.length > 0) {
    throw new Error(
      `clients is "${clients.join(", ")}". Allowed: none, since address is 127.0.0.1, which only the machine itself reaches. Set address to a private one.`,
    );
  }
  if (!Number.isInteger(port) || port < 1024 || port > 65535) {
    throw new Error(`port is ${port}. Allowed: 1024 to 65535. Choose a free one.`);
  }
  const configuration = (password: string) => serverConf(server, password, { host: address, port });
  // Plain values are judged here and now: an error inside of an apply comes too late.
  configuration("any password");
  return {
    name: args.name ?? "synap",
    description: "Synap, key-value server",
    program: args.program ?? "/usr/local/bin/synap-server",
    arguments: ["--config", { secretFile: "config.yml" }, "--role", "standalone"],
    files: {
      "config.yml": { content: pulumi.output(args.password).apply(configuration), secret: true },
    },
    folders: ["wal", "snapshots"],
    memoryMiB: args.memoryMiB ?? Math.ceil(server.maxMemoryMib * 1.25) + 512,
    cpus: args.cpus ?? 1,
    stopSeconds: 15,
    // Its own address too: the machine asks it there.
    peers: loopback ? [] : [address, ...clients],
    health: [
      ...["/usr/bin/env", `SYNAP_HEALTH_ADDR=${address}:${port}`],
      ...[args.program ?? "/usr/local/bin/synap-server", "--health-check"],
    ],
  };
}

function isPrivate(address: string): boolean {
  const parts = address.split(".").map(Number);
  if (!/^\d+(\.\d+){3}$/.test(address) || parts.some((part) => part > 255)) return false;
  const [a, b] = parts as [number, number];
  return (
    address === "127.0.0.1" ||
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168)
  );
}
