import * as pulumi from "@pulumi/pulumi";
import type { AdmittedPort, FirewallArgs, Sources } from "./firewall.ts";
import { Host } from "./resource.ts";
import { wantedState, type HostLogin, type PreparationArgs } from "./wanted.ts";

export interface PreparedHostArgs extends Pick<
  PreparationArgs,
  "owner" | "docker" | "clock" | "swarm" | "trusted"
> {
  /** How to log in. A change changes nothing on the host. */
  readonly login: HostLogin;
  /** Addresses of the other hosts. A change changes the rules at once. */
  readonly peers: FirewallArgs["peers"];
  /** What is admitted besides SSH. A change changes the rules at once; open connections stay. */
  readonly ports: pulumi.Input<readonly AdmittedPort[]>;
  /** Who may use SSH. Rules that lock this machine out are taken back by the host. @default "anyone" */
  readonly sshFrom?: Sources | undefined;
  /** Where its Docker Engine listens, as Docker's client takes it. */
  readonly engine: string;
}

/**
 * A fresh Debian or Ubuntu, made ready: Docker Engine, settings of Docker and of the kernel, rules, a clock that is right. What is there already
 * is left as it is; what somebody changes is told by a refresh and changed back by the next `up`.
 */
export class PreparedHost extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:host:PreparedHost";
  /** Its Docker Engine, known as soon as there is one: whatever takes this comes after the preparation. */
  readonly engine: pulumi.Output<string>;

  constructor(name: string, args: PreparedHostArgs, options?: pulumi.ComponentResourceOptions) {
    const { login, peers, ports, sshFrom, engine, ...rest } = args;
    super(PreparedHost.__pulumiType, name, { host: login.name }, options);
    const state = pulumi.output(ports).apply((admitted) =>
      wantedState({
        ...rest,
        firewall: {
          ...{ peers, ports: admitted, sshPort: login.port },
          ...(sshFrom !== undefined && { sshFrom }),
        },
      }),
    );
    const host = new Host(
      name,
      {
        login,
        owner: state.owner,
        packages: state.packages,
        files: state.files,
        sysctl: state.sysctl,
        units: state.units,
        firewall: state.apply(({ firewall }) => firewall),
        timeSynchronised: state.timeSynchronised,
      },
      { parent: this },
    );
    // By the id, which a preview knows of a host that only changes: nothing on it would look as if it were made anew.
    this.engine = host.id.apply(() => engine);
    this.registerOutputs({ engine: this.engine });
  }
}
