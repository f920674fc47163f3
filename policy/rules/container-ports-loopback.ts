import type { ResourceValidationPolicy } from "@pulumi/policy";
import { containerOf, containerType } from "./types.ts";

interface PortsConfig {
  readonly addresses?: readonly string[];
}

/**
 * Docker writes its own firewall rules, ahead of the host's: a port that is published on all addresses is
 * open to whoever reaches the host, whatever the host's firewall says.
 */
export const containerPortsLoopback: ResourceValidationPolicy = {
  name: "container-ports-loopback",
  description:
    "Containers publish ports on the loopback address, or on one address that the deployment names.",
  severity: "high",
  configSchema: {
    properties: {
      addresses: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Further addresses that are meant. 0.0.0.0 stands for all.",
      },
      privateAddresses: {
        type: "boolean",
        default: true,
        description: "Whether any single private address will do, as hosts of one fleet need.",
      },
    },
  },
  validateResource: (args, report) => {
    // A Swarm knows no address to publish at: rules of the hosts decide there.
    if (args.type !== containerType) args.notApplicable("not a container");
    const { ports = [] } = containerOf(args);
    const config = args.getConfig<PortsConfig & { privateAddresses?: boolean }>();
    for (const { ip = "0.0.0.0", internal, external } of ports) {
      if (isLoopback(ip) || config.addresses?.includes(ip)) continue;
      if (config.privateAddresses !== false && isPrivate(ip)) continue;
      report(
        `Port ${internal} is published on ${ip}:${external ?? "any port"}, allowed: 127.0.0.1 or an ` +
          "address of the fleet. Set publishAddress, or name the address in the policy's addresses.",
      );
    }
  },
};

function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
}

function isPrivate(ip: string): boolean {
  return (
    /^10\./.test(ip) ||
    /^192\.168\./.test(ip) ||
    /^172\.(1[6-9]|2\d|3[01])\./.test(ip) ||
    /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(ip) ||
    /^f[cd][0-9a-f]{2}:/i.test(ip)
  );
}
