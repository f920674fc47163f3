/** A Docker Swarm on hosts of the lab, and a service that tells which host answers. */
import type { Host } from "../../lab/fleet/host.ts";

export const overlay = "between";
const port = 8080;
/** Where each host has the service. */
export const publishedPort = 18080;

/** The hosts become managers of one Swarm, with an overlay network. */
export async function formSwarm([first, ...others]: readonly Host[]): Promise<void> {
  if (!first) throw new Error("hosts: got none; a Swarm needs one at least.");
  await first.docker(["swarm", "init", "--advertise-addr", first.address]);
  const token = await first.docker(["swarm", "join-token", "--quiet", "manager"]);
  for (const host of others)
    await host.docker(["swarm", "join", "--token", token, `${first.address}:2377`]);
  await first.docker(["network", "create", "--driver", "overlay", "--attachable", overlay]);
}

const answer = `$server = IO::Socket::INET->new(Listen => 5, LocalPort => ${port}, ReuseAddr => 1);
while ($client = $server->accept) { print $client $ENV{HOST}; close $client }`;
const ask =
  "$s = IO::Socket::IP->new(PeerAddr => shift, PeerPort => shift, Timeout => 5) or exit 1; print <$s>";

/** One task on each host, which tells every caller its host's name. The lab's kernel has no virtual addresses, so names lead to tasks. */
export async function startEverywhere(manager: Host, name: string, image: string): Promise<void> {
  await manager.docker([
    ...["service", "create", "--detach", "--no-resolve-image", "--name", name, "--mode", "global"],
    ...["--network", overlay, "--endpoint-mode", "dnsrr", "--env", "HOST={{.Node.Hostname}}"],
    ...["--publish", `mode=host,target=${port},published=${publishedPort}`],
    ...[image, "perl", "-MIO::Socket", "-e", answer],
  ]);
}

/** What the task on another host tells a container of this one, by its address in the overlay. */
export async function askByOverlay(
  from: Host,
  service: string,
  to: Host,
  image: string,
): Promise<string> {
  const filter = `label=com.docker.swarm.service.name=${service}`;
  const task = await to.docker(["ps", "--quiet", "--filter", filter]);
  const path = `{{(index .NetworkSettings.Networks "${overlay}").IPAddress}}`;
  const address = await to.docker(["inspect", "--format", path, task]);
  return from.docker(["run", "--rm", "--network", overlay, image, ...askAt(address, port)]);
}

/** What a host or a container runs to hear who answers there. */
export function askAt(address: string, at: number): string[] {
  return ["perl", "-MIO::Socket::IP", "-e", ask, address, String(at)];
}
