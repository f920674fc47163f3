/** The hosts of a platform that are prepared: what each admits follows from the workloads on it. */
import * as pulumi from "@pulumi/pulumi";
import type { AdmittedPort } from "../../host/firewall.ts";
import { PreparedHost } from "../../host/host.ts";
import { SWARM_PORTS } from "../../swarm/wanted.ts";
import type { PortSpec } from "../platform.ts";
import type { DockerHost, HostPreparation } from "./args.ts";
import { engineOf, loginOf } from "./reach.ts";
import { trustedFor, type ImageRegistry } from "./registry.ts";

interface PreparationArgs extends HostPreparation {
  readonly hosts: readonly DockerHost[];
  /** Prefix of the deployment. */
  readonly prefix: string;
  /** Whether they are members of a Swarm. @default false */
  readonly swarm?: boolean;
  /** Whose authority the hosts trust. @default none */
  readonly imageRegistry?: ImageRegistry | undefined;
}

export class Preparation {
  readonly #args: PreparationArgs;
  readonly #admitted = new Map<string, AdmittedPort[]>();
  readonly #complete: Promise<void>;
  #isComplete = false;

  constructor(args: PreparationArgs) {
    this.#args = args;
    // Programs declare their workloads in one go; what is declared is known when that is over.
    this.#complete = Promise.resolve().then(() => {
      this.#isComplete = true;
    });
  }

  /** Has the host admit who uses these ports. */
  admit(host: DockerHost, ports: readonly PortSpec[], publishAddress: string): void {
    if (this.#isComplete) {
      throw new Error(
        `host ${host.name}: got a workload after its rules were made; allowed: all workloads of a platform whose hosts are prepared in one go, with no await between. Make it with the others.`,
      );
    }
    const { hosts, clientCidrs = [] } = this.#args;
    const admitted = admittedPorts(ports, {
      isPublic: !/^(127\.|::1$)/.test(publishAddress),
      hasPeers: hosts.length > 1,
      clientCidrs,
    });
    this.#admitted.set(host.name, [...(this.#admitted.get(host.name) ?? []), ...admitted]);
  }

  /** Where the host's engine is, once it is there. */
  prepare(name: string, host: DockerHost, parent: pulumi.Resource): pulumi.Input<string> {
    const engine = engineOf(host);
    const login = loginOf(host);
    if (!login) return engine;
    const { prefix, hosts, sshFrom, docker, clock, swarm = false, imageRegistry } = this.#args;
    const others = hosts.filter((other) => other.name !== host.name);
    const prepared = new PreparedHost(
      name,
      {
        login,
        owner: `${pulumi.getProject()}/${pulumi.getStack()}/${prefix}`,
        peers: [
          ...new Set(
            others.flatMap((other) => [other.address ?? [], other.privateAddress ?? []].flat()),
          ),
        ],
        ports: this.#complete.then(() =>
          sorted([...(this.#admitted.get(host.name) ?? []), ...(swarm ? SWARM_PORTS : [])]),
        ),
        ...(sshFrom && sshFrom.length > 0 && { sshFrom }),
        ...{ docker, clock, engine, swarm },
        ...(imageRegistry && { trusted: trustedFor(imageRegistry) }),
      },
      { parent },
    );
    return prepared.engine;
  }
}

interface Around {
  /** Whether published ports are seen from outside of the host. */
  readonly isPublic: boolean;
  readonly hasPeers: boolean;
  readonly clientCidrs: readonly string[];
}

/** Members reach each other by the ports that they listen on; clients, and members as clients, by the published ones. Pure. */
export function admittedPorts(ports: readonly PortSpec[], around: Around): AdmittedPort[] {
  const { isPublic, hasPeers, clientCidrs } = around;
  return ports.flatMap(({ internal, published, peers = true }) => {
    const isPublished = published !== undefined && isPublic;
    return [
      ...(hasPeers && peers ? [{ port: internal, from: "peers" as const }] : []),
      ...(isPublished ? [{ port: published, from: "peers" as const }] : []),
      ...(isPublished && clientCidrs.length > 0 ? [{ port: published, from: clientCidrs }] : []),
    ];
  });
}

/** The order in which workloads were made is no change of the rules. */
function sorted(ports: readonly AdmittedPort[]): AdmittedPort[] {
  const byText = new Map(ports.map((port) => [JSON.stringify(port), port]));
  const text = (port: AdmittedPort) => JSON.stringify(port.from);
  return [...byText.values()].sort(
    (one, other) => one.port - other.port || text(one).localeCompare(text(other), "en"),
  );
}
