/** The hosts of a deployment as nodes of one Swarm. */
import type * as pulumi from "@pulumi/pulumi";
import type { HostLogin } from "../../host/wanted.ts";
import { SwarmMember } from "../../swarm/resource.ts";
import type { DockerHost } from "../docker/args.ts";
import { loginOf, peerAddress } from "../docker/reach.ts";
import type { Site } from "../docker/site.ts";

/** More agree no better and take longer over it. */
const MOST_MANAGERS = 3;

/**
 * One after the other, since each that joins changes what a majority is. Two managers would be worse than one.
 * @param label name of the node's label that says which host of the deployment it is.
 */
export function joinSwarm(
  name: string,
  sites: readonly Site[],
  label: string,
  parent: pulumi.Resource,
): SwarmMember[] {
  const managers = sites.length < MOST_MANAGERS ? 1 : MOST_MANAGERS;
  // Each comes after its preparation. Who comes in speaks to all: their rules have to know it by then.
  const prepared = sites.map(({ provider }) => provider);
  const members: SwarmMember[] = [];
  for (const [index, { host }] of sites.entries()) {
    const candidates = sites.slice(0, managers).filter((other) => other.host !== host);
    const member = new SwarmMember(
      `${name}-${host.name}-member`,
      {
        login: needsLogin(host),
        managers: candidates.map((other) => needsLogin(other.host)),
        ...{ founds: index === 0, address: peerAddress(host) },
        ...{ role: index < managers ? "manager" : "worker" },
        ...{ labels: { [label]: host.name }, state: "ready" },
      },
      { parent, dependsOn: [...prepared, ...members.slice(-1)] },
    );
    members.push(member);
  }
  return members;
}

function needsLogin(host: DockerHost): HostLogin {
  const login = loginOf(host);
  if (login) return login;
  throw new Error(
    `hosts: ${host.name} has no ${host.ssh ? "address" : "ssh"}; allowed on a Swarm: hosts with both, which are made members over SSH. Set it.`,
  );
}
