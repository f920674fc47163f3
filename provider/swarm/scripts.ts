/** The shell texts by which a host's place in a Swarm is read and changed. They are constant; what differs comes as words and by standard input. */
import type { HostCommand } from "../host/scripts.ts";

const sh = (script: string, ...words: readonly string[]): readonly string[] => [
  ...["/bin/sh", "-c", `set -eu\nexport LC_ALL=C\n${script}`, "synfleet"],
  ...words,
];

const own =
  "{{.Swarm.LocalNodeState}}\\n{{.Swarm.NodeID}}\\n{{.Swarm.ControlAvailable}}\\n{{.Swarm.NodeAddr}}:2377";

/** A line each: state, id of the node, whether it is a manager that works, where it admits others. */
export const placeCommand: HostCommand = {
  words: sh(`docker info --format "$(printf '${own}')"`),
};

/** On a manager. A line each: role, state, labels as JSON; nothing where it knows no such node. */
export const nodeCommand = (nodeId: string): HostCommand => ({
  words: sh(
    `known=$(docker node ls --quiet --filter "id=$1")
[ "$known" = "$1" ] || exit 0
docker node inspect --format "$(printf '{{.Spec.Role}}\\n{{.Status.State}}\\n{{json .Spec.Labels}}')" "$1"`,
    nodeId,
  ),
});

export const foundCommand = (address: string): HostCommand => ({
  words: sh('docker swarm init --advertise-addr "$1" > /dev/null', address),
});

/** On a manager: prints the token that admits others. */
export const tokenCommand = (role: string): HostCommand => ({
  words: sh('docker swarm join-token --quiet "$1"', role),
});

/**
 * The token comes in by standard input and goes into the body of a request: \`docker swarm join\` would show it to whoever lists the
 * host's processes.
 */
const request = `local $/; my $body = <STDIN>;
my $docker = IO::Socket::UNIX->new(Peer => "/var/run/docker.sock") or die "no Docker Engine answers: $!\\n";
print $docker "POST /swarm/join HTTP/1.0\\r\\nHost: docker\\r\\nContent-Type: application/json\\r\\nContent-Length: ", length $body, "\\r\\n\\r\\n", $body;
$docker->flush; my $answer = <$docker>;
exit 0 if $answer =~ m{^HTTP/1\\.. 2};
$answer =~ s/.*?\\r\\n\\r\\n//s; die $answer;`;

export const joinCommand = (address: string, at: string, token: string): HostCommand => ({
  words: ["/usr/bin/perl", "-MIO::Socket::UNIX", "-e", request],
  input: JSON.stringify({
    ListenAddr: "0.0.0.0:2377",
    AdvertiseAddr: address,
    RemoteAddrs: [at],
    JoinToken: token,
  }),
});

/** On a manager. Words: the node, its role, and labels: "+key=value" to set, "-key" to take away. */
export const nodeUpdateCommand = (
  nodeId: string,
  role: string,
  labels: readonly string[],
): HostCommand => ({
  words: sh(
    `node=$1 role=$2
shift 2
for label; do
  shift
  case $label in
    +*) set -- "$@" --label-add "\${label#?}" ;;
    *) set -- "$@" --label-rm "\${label#?}" ;;
  esac
done
docker node update --role "$role" "$@" "$node" > /dev/null`,
    nodeId,
    role,
    ...labels,
  ),
});

/** The last manager has to be told that it ends the Swarm. */
export const leaveCommand = (isLast: boolean): HostCommand => ({
  words: sh('docker swarm leave "$@" > /dev/null', ...(isLast ? ["--force"] : [])),
});

/** On a manager: nothing is done where it knows no such node. The node may be seen as there for a moment after it has left. */
export const forgetCommand = (nodeId: string): HostCommand => ({
  words: sh(
    `known=$(docker node ls --quiet --filter "id=$1")
[ "$known" = "$1" ] || exit 0
[ "$(docker node inspect --format '{{.Spec.Role}}' "$1")" = worker ] || docker node demote "$1" > /dev/null
docker node rm --force "$1" > /dev/null`,
    nodeId,
  ),
});
