/** What a host has to be in a Swarm, as plain data: the inputs of the resource that sees to it. */
import type { AdmittedPort } from "../host/firewall.ts";
import type { HostLogin } from "../host/wanted.ts";

/** What is wanted of a host; what a refresh finds is told in the same form, so that the difference is the drift. */
export interface SwarmMemberInputs {
  readonly login: HostLogin;
  /** Hosts that may admit it: managers, or about to be. Whoever of them is one gives the token, which stays out of every state. */
  readonly managers: readonly HostLogin[];
  /** Whether it begins a Swarm where none of the managers is in one. */
  readonly founds: boolean;
  /** IP address by which the others reach it: for their agreement and for what containers say to each other. */
  readonly address: string;
  readonly role: "manager" | "worker";
  /** Labels of the node by which services are placed. Others that it has stay. */
  readonly labels: Readonly<Record<string, string>>;
  /** "down": it is a member and does not answer the managers. "none": it is in no Swarm. */
  readonly state: "ready" | "down" | "none";
}

/** What is known of it besides. */
export interface SwarmMemberState extends SwarmMemberInputs {
  readonly nodeId: string;
  /** Whether it was in no Swarm before: only then a destroy takes it out of its Swarm. */
  readonly made: boolean;
}

/** What the hosts of a Swarm have open for each other, and for nobody else: old engines can be brought to send 4789/udp unencrypted. */
export const SWARM_PORTS: readonly AdmittedPort[] = [
  { port: 2377, protocol: "tcp", from: "peers" },
  { port: 7946, protocol: "tcp", from: "peers" },
  { port: 7946, protocol: "udp", from: "peers" },
  { port: 4789, protocol: "udp", from: "peers" },
];
