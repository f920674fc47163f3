import type * as pulumi from "@pulumi/pulumi";
import type { PortSpec } from "../platform/platform.ts";

/** One thing that a balancer stands in front of. */
export interface BalancedService {
  /**
   * Sections of haproxy.cfg, ending in a line break: back ends and front ends. A back end that must have a server before
   * the balancer is ready has a name that begins with `write`. Secret where a check needs a password.
   */
  readonly sections: pulumi.Input<string>;
  /** Ports of the front ends. */
  readonly ports: readonly PortSpec[];
}
