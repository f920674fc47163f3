/** What a host is asked before anything is changed on it, and what it said. Pure. */

export interface Binding {
  /** As the kernel has it; "*" for every address. */
  readonly address: string;
  readonly port: number;
}

export interface RunningContainer {
  readonly name: string;
  /** The deployment whose it is; "" for one that is nobody's. */
  readonly fleet: string;
  readonly published: readonly Binding[];
}

export interface Facts {
  /** Its identity, which no other machine has. */
  readonly machine: string;
  /** How far its clock is ahead of this machine's, in milliseconds: between the two. */
  readonly aheadMs: readonly [number, number];
  readonly memoryMiB: number;
  /** Room where Docker keeps images and volumes; absent where its Docker does not answer. */
  readonly freeMiB?: number;
  /** Version of its Docker Engine, or why there is none. */
  readonly engine: { readonly version: string } | { readonly problem: string };
  /** Whether it is in a Docker Swarm, whose ports its engine listens on itself. */
  readonly inSwarm: boolean;
  /** Why its kernel cannot encrypt a Swarm's network; absent where it can, or its login may not try. */
  readonly espProblem?: string;
  readonly containers: readonly RunningContainer[];
  readonly listening: readonly Binding[];
}

/** What the engine asks of the kernel for each peer of an encrypted network, in a network of its own that ends with it; none has the key. */
const TRY_ESP = [
  ...["ip", "xfrm", "state", "add", "src", "192.0.2.1", "dst", "192.0.2.2", "proto", "esp"],
  ...[
    "spi",
    "0x1",
    "mode",
    "transport",
    "aead",
    "'rfc4106(gcm(aes))'",
    `0x${"0".repeat(40)}`,
    "64",
  ],
].join(" ");

/** The word by which a host is asked for it. */
export const ESP = "esp";

/**
 * Changes nothing. It waits for a line before it tells the time, so that the time it took to log in does not blur it. A word a line, and then
 * what it stands for.
 */
export const factsScript = `PATH=$PATH:/usr/sbin:/sbin
echo ready
read -r _
echo "clock $(date +%s%3N)"
echo "machine $(cat /etc/machine-id)"
echo "memory $(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)"
if answer=$(docker version --format '{{.Server.Version}}' 2>&1); then
  echo "engine $answer"
  echo "free $(df -Pm "$(docker info --format '{{.DockerRootDir}}')" | awk 'NR == 2 { print $4 }')"
  echo "swarm $(docker info --format '{{.Swarm.LocalNodeState}}')"
  docker ps --format 'container {{.Names}};{{.Label "org.synfleet.fleet"}};{{.Ports}}'
else
  echo "problem $(printf %s "$answer" | tail -n 1)"
fi
if [ "$1" = ${ESP} ]; then
  root="sudo -n"; [ "$(id -u)" != 0 ] || root=""
  # Of other ends than the kernel's answer, nothing is known.
  answer=$($root unshare --net ${TRY_ESP} 2>&1)
  [ $? -ne 2 ] || echo "noesp $(printf %s "$answer" | tail -n 1)"
fi
ss -Hltn | awk '{ print "listens " $4 }'`;

/** @param asked when it was asked for its time, and when that was here, in milliseconds */
export function readFacts(text: string, asked: readonly [number, number]): Facts {
  const values = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, key, value] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (key !== undefined) values.set(key, [...(values.get(key) ?? []), value!]);
  }
  const one = (key: string) => values.get(key)?.[0];
  const clock = Number(one("clock"));
  const free = one("free");
  const version = one("engine");
  const espProblem = one("noesp");
  return {
    machine: one("machine") ?? "",
    aheadMs: [clock - asked[1], clock - asked[0]],
    memoryMiB: Number(one("memory")),
    ...(free !== undefined && { freeMiB: Number(free) }),
    engine: version === undefined ? { problem: one("problem") ?? "no answer" } : { version },
    inSwarm: one("swarm") === "active",
    ...(espProblem !== undefined && { espProblem }),
    containers: (values.get("container") ?? []).map(container),
    listening: (values.get("listens") ?? []).map(binding),
  };
}

/** `name;fleet;0.0.0.0:5001->5001/tcp, 10.0.0.1:2379-2380->2379-2380/tcp, 9100/tcp` */
function container(line: string): RunningContainer {
  const [name = "", fleet = "", ports = ""] = line.split(";");
  const published = ports.split(", ").flatMap((text) => {
    const [, address, first, last = first] = /^(.*):(\d+)(?:-(\d+))?->/.exec(text) ?? [];
    if (address === undefined) return [];
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, index) => ({
      address: everywhere(address),
      port: Number(first) + index,
    }));
  });
  return { name, fleet, published };
}

/** `0.0.0.0:22`, `[::]:22`, `*:22`, `127.0.0.53%lo:53` */
function binding(text: string): Binding {
  const colon = text.lastIndexOf(":");
  return {
    address: everywhere(text.slice(0, colon).replace(/%.*$/, "")),
    port: Number(text.slice(colon + 1)),
  };
}

function everywhere(address: string): string {
  const plain = address.replace(/^\[|\]$/g, "");
  return plain === "0.0.0.0" || plain === "::" ? "*" : plain;
}
