import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

export interface CredentialsArgs<Role extends string> {
  /** One password is made for each. Adding a role makes one; removing it forgets one; the others stay. */
  readonly roles: readonly Role[];
  /** Number of letters and digits, 5.95 bits each. Changing it makes new passwords. @default 32 */
  readonly length?: number;
}

/** Generated passwords, kept as secrets of the stack. Letters and digits only, so that no file format has to quote them. */
export class Credentials<Role extends string = string> extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:credentials:Credentials";
  /** Secret passwords by role. */
  readonly passwords: Readonly<Record<Role, pulumi.Output<string>>>;
  /** Bcrypt hashes of the same, for servers that keep only those. Secret. */
  readonly bcryptHashes: Readonly<Record<Role, pulumi.Output<string>>>;

  constructor(
    name: string,
    args: CredentialsArgs<Role>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(Credentials.__pulumiType, name, { roles: [...args.roles] }, options);
    const made = args.roles.map(
      (role) =>
        [
          role,
          new random.RandomPassword(
            `${name}-${role}`,
            { length: args.length ?? 32, special: false },
            { parent: this },
          ),
        ] as const,
    );
    const by = <T>(pick: (password: random.RandomPassword) => T) =>
      Object.fromEntries(made.map(([role, password]) => [role, pick(password)])) as Record<Role, T>;
    this.passwords = by((password) => pulumi.secret(password.result));
    this.bcryptHashes = by((password) => pulumi.secret(password.bcryptHash));
    this.registerOutputs({});
  }
}
