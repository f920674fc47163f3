/**
 * What a host admits, as a table of nftables. Pure: the same settings, the same bytes. The table is the host's own beside Docker's rules
 * and those of others: what it drops stays dropped, and what it lets pass they may still drop.
 */
import { isIP } from "node:net";

/** Who may use a port: everybody, the peers, or networks by their addresses (`10.0.2.0/24`, `2001:db8::/32`, `192.0.2.7`). */
export type Sources = "anyone" | "peers" | readonly string[];

export interface AdmittedPort {
  /** As clients name it: the published port of a container, not the one inside it. */
  readonly port: number;
  /** @default "tcp" */
  readonly protocol?: "tcp" | "udp";
  readonly from: Sources;
}

export interface FirewallArgs {
  /**
   * Addresses of the other hosts, of IPv4 and IPv6. The containers of this host count as peers too: what they send to another host has
   * this host's address. Changing them changes the rules at once; connections that are open stay open.
   */
  readonly peers: readonly string[];
  /** What is admitted besides SSH, ICMP, DHCP and answers. Anything else from outside is dropped, to containers too. Changes at once. */
  readonly ports: readonly AdmittedPort[];
  /** Port of SSH, which is never closed to all. @default 22 */
  readonly sshPort?: number;
  /** Who may use SSH. Networks that do not hold the machine that runs `up` are rolled back. @default "anyone" */
  readonly sshFrom?: Sources;
}

export const TABLE = "synfleet";

/** Bridges of Docker's networks, by the names that Docker gives them. */
const bridges = ["docker0", "docker_gwbridge", "br-*"];

interface Rule {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly from: Sources;
}

/** One transaction: all of it is in force, or what was before. */
export function firewallText(args: FirewallArgs): string {
  const { sshPort = 22, sshFrom = "anyone" } = args;
  const peers = args.peers.map((address, index) => judgedNetwork(`peers[${index}]`, address));
  const ssh: Rule = { port: judgedPort("sshPort", sshPort), protocol: "tcp", from: sshFrom };
  const ports = args.ports.map(({ port, protocol = "tcp", from }, index): Rule => ({
    port: judgedPort(`ports[${index}].port`, port),
    protocol,
    from,
  }));
  const named = (rule: Rule, index: number) =>
    ruleText(rule, index === 0 ? "sshFrom" : `ports[${index - 1}].from`);
  return `# Made by Synfleet: what is written here by hand is lost with the next change.
table inet ${TABLE}
delete table inet ${TABLE}
table inet ${TABLE} {
${setText("peers4", "ipv4_addr", peers.filter(isIpv4))}${setText("peers6", "ipv6_addr", peers.filter(isIpv6))}
  # The host itself.
  chain input {
    type filter hook input priority filter - 10; policy drop;
    iifname "lo" accept
    ct state established,related accept
    icmp type { echo-request, destination-unreachable, time-exceeded, parameter-problem } accept
    icmpv6 type { echo-request, destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept
    icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query } accept
    udp sport 67 udp dport 68 accept
    ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept
    jump admitted
    counter
  }

  # Containers. What is no container's, or leaves one, is not this table's business.
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    oifname != { ${bridges.map((name) => `"${name}"`).join(", ")} } accept
    iifname { ${bridges.map((name) => `"${name}"`).join(", ")} } accept
    ct state established,related accept
    jump admitted
    counter drop
  }

  # Published ports are led to another one before they arrive here: the port that was asked for is the connection's original one.
  chain admitted {
${[ssh, ...ports].map(named).join("\n")}
  }
}
`;
}

function ruleText({ port, protocol, from }: Rule, key: string): string {
  const match = `meta l4proto ${protocol} ct original proto-dst ${port} accept`;
  if (from === "anyone") return `    ${match}`;
  if (from === "peers")
    return [
      `    ip saddr @peers4 ${match}`,
      `    ip6 saddr @peers6 ${match}`,
      `    iifname { ${bridges.map((name) => `"${name}"`).join(", ")} } ${match}`,
    ].join("\n");
  if (from.length === 0)
    throw new Error(
      `${key} is empty. Allowed: "anyone", "peers", or networks. Leave the port out to close it.`,
    );
  const networks = from.map((network, index) => judgedNetwork(`${key}[${index}]`, network));
  return [["ip", networks.filter(isIpv4)] as const, ["ip6", networks.filter(isIpv6)] as const]
    .filter(([, list]) => list.length > 0)
    .map(([family, list]) => `    ${family} saddr { ${list.join(", ")} } ${match}`)
    .join("\n");
}

function setText(name: string, type: string, elements: readonly string[]): string {
  const content = elements.length > 0 ? `\n    elements = { ${elements.join(", ")} }` : "";
  return `  set ${name} {\n    type ${type}\n    flags interval\n    auto-merge${content}\n  }\n`;
}

const isIpv4 = (network: string) => !network.includes(":");
const isIpv6 = (network: string) => network.includes(":");

function judgedNetwork(key: string, network: string): string {
  const [address = "", length, more] = network.split("/");
  const family = isIP(address);
  const longest = family === 4 ? 32 : 128;
  const isLength = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= longest);
  if (family !== 0 && isLength && more === undefined && !address.includes("%")) return network;
  throw new Error(
    `${key} is ${JSON.stringify(network)}. Allowed: an address of IPv4 or IPv6, alone or with the length of its network, such as "10.0.2.0/24". ` +
      "A name is not: what it stands for may change while the rules stay. Write its address.",
  );
}

function judgedPort(key: string, port: number): number {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new Error(`${key} is ${port}. Allowed: a whole number from 1 to 65535. Change it.`);
}
