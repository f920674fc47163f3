import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { systemdCommands, type SystemdSpec } from "./spec.ts";
import { dataFolder } from "./unit.ts";

export interface SshConnection {
  /** Name or address of the machine. Another machine is another service: the old one is removed first, its data stays. */
  readonly host: string;
  /** @default 22 */
  readonly port?: number;
  /** Login; another one than root needs `sudo` without a password. @default "root" */
  readonly user?: string;
  /**
   * Public key by which the machine is known, as its /etc/ssh/ssh_host_ed25519_key.pub has it: nothing is said to one
   * that has another. No RSA key: the provider takes those by SHA-1 alone, which servers refuse.
   */
  readonly hostKey: string;
  /** Private key of the login, PEM. @default - the keys of the SSH agent at SSH_AUTH_SOCK */
  readonly privateKey?: pulumi.Input<string>;
}

export interface SystemdServiceArgs extends SystemdSpec {
  readonly connection: SshConnection;
}

/**
 * A program as a hardened service of systemd, on a machine that is reached by SSH. The program itself must be there. A
 * change is written at once and restarts the service; when the component goes, the service does, and its data stays.
 */
export class SystemdService extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:systemd:SystemdService";
  /** The unit's text. */
  readonly unit: string;
  /** Where its data is on the machine. */
  readonly dataFolder: string;
  /** Ends when the service is healthy. */
  readonly settled: pulumi.Resource;

  constructor(name: string, args: SystemdServiceArgs, options?: pulumi.ComponentResourceOptions) {
    const { connection } = args;
    const { host, port = 22, user = "root", privateKey } = connection;
    const { unit, create, delete: remove, stdin } = systemdCommands(args, user);
    const hostKey = judged(connection);
    super(SystemdService.__pulumiType, name, { host, service: args.name }, options);
    this.unit = unit;
    this.dataFolder = dataFolder(args.name);
    this.settled = new command.remote.Command(
      `${name}-service`,
      {
        connection: {
          ...{ host, port, user, hostKey },
          ...(privateKey !== undefined && { privateKey: pulumi.secret(privateKey) }),
        },
        create,
        delete: remove,
        stdin,
        triggers: [host, port, args.name],
        // SSH servers take no environment of a client.
        addPreviousOutputInEnv: false,
        logging: "none",
      },
      { parent: this, deleteBeforeReplace: true, replaceOnChanges: ["triggers"] },
    );
    this.registerOutputs({ dataFolder: this.dataFolder });
  }
}

const hostKeys = /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) AAAA[\w+/]+={0,2}( [^\r\n]*)?$/;

function judged({ host, port = 22, user = "root", hostKey }: SshConnection): string {
  const refuse = (key: string, value: unknown, allowed: string) => {
    throw new Error(`connection.${key} is ${JSON.stringify(value)}. Allowed: ${allowed}.`);
  };
  if (!/^[\w.:-]+$/.test(host)) refuse("host", host, "a name or an address");
  if (!Number.isInteger(port) || port < 1 || port > 65535) refuse("port", port, "1 to 65535");
  if (!/^[a-z_][\w-]*$/.test(user)) refuse("user", user, "a login of letters, digits, _ and -");
  if (!hostKeys.test(hostKey)) {
    refuse(
      "hostKey",
      hostKey,
      `a public key such as "ssh-ed25519 AAAA…"; ssh-keyscan ${host} prints it`,
    );
  }
  return hostKey;
}
