/** What a deployment has left on a Docker host. */
import { run } from "../../commands/support/process.ts";

/** Names of networks that Docker would not remove though nothing is attached to them. */
const miscounted = new Set<string>();

/**
 * Whether all that failed is the removal of a network whose end points Docker has miscounted: a fault of Docker before 28.1, which only a
 * start of its own mends (moby/moby#42119). It is told, and the network no longer counts as left behind.
 */
export function isMiscount(output: string): boolean {
  const message = /network (\S+) could not be removed: Docker counts end points/;
  const name = message.exec(output)?.[1];
  // Of the network itself, and of the stack.
  if (name === undefined || !/^ +2 errored$/m.test(output)) return false;
  console.warn(`Docker has miscounted the end points of network ${name}, which therefore stays.`);
  miscounted.add(name);
  return true;
}

export const isForgiven = (network: string): boolean => miscounted.has(network);

/** Names of containers, networks and volumes that carry the fleet's label. */
export async function leftovers(prefix: string): Promise<string[]> {
  const filter = ["--filter", `label=org.synfleet.fleet=${prefix}`];
  const lists = await Promise.all([
    run("docker", ["ps", "--all", "--format", "container {{.Names}}", ...filter]),
    run("docker", ["network", "ls", "--format", "network {{.Name}}", ...filter]),
    run("docker", ["volume", "ls", "--format", "volume {{.Name}}", ...filter]),
  ]);
  return lists
    .flatMap(({ stdout }) => stdout.split("\n"))
    .filter((line) => line !== "" && !isForgiven(line.replace("network ", "")));
}

export async function removeLeftovers(prefix: string): Promise<void> {
  for (const kind of ["container", "network", "volume"]) {
    const names = (await leftovers(prefix))
      .filter((line) => line.startsWith(`${kind} `))
      .map((line) => line.slice(kind.length + 1));
    const force = kind === "network" ? [] : ["--force"];
    if (names.length > 0) await run("docker", [kind, "rm", ...force, ...names]);
  }
}
