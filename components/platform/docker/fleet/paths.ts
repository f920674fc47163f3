/** Whether each host reaches the others at the ports of its peers. Pure texts; what they print is read here too. */

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** A whole connection is made in a round trip, or it is dropped on its way. */
const ANSWER_SECONDS = 3;

/**
 * Opens ports as they will be: by a container that has published them, because Docker's own rules decide over those and a firewall that closes
 * a host's programs off may well let them through. Its image is empty and its programs are the host's, so that nothing has to be there.
 * Words: its name, the address, and the ports. It ends by itself after a minute, whatever becomes of this machine.
 */
export const listenScript = `set -eu
name=$1 address=$2
shift 2
tar -cf - -T /dev/null | docker import - synfleet-path:empty > /dev/null
mounts=
for directory in /usr /lib /lib64 /bin; do
  [ ! -e "$directory" ] || mounts="$mounts --mount type=bind,source=$directory,target=$directory,readonly"
done
publish=
for port; do publish="$publish --publish $address:$port:$port"; done
docker run --detach --rm --name "$name" --read-only --cap-drop ALL --security-opt no-new-privileges --memory 64m --user 65534 \\
  $mounts $publish synfleet-path:empty /usr/bin/perl -MSocket -e '
    for my $port (@ARGV) {
      socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
      bind($socket, sockaddr_in($port, INADDR_ANY)) or die "port $port: $!";
      listen($socket, 128) or die "port $port: $!";
      push @sockets, $socket;
    }
    sleep 60' "$@" > /dev/null`;

/** Word: the container's name. */
export const closeScript = `docker rm --force "$1" > /dev/null 2>&1 || true
docker image rm synfleet-path:empty > /dev/null 2>&1 || true`;

/** Words: address and port of each target, with a comma between. Prints those that did not answer. */
export const tryScript = `for target; do
  (
    address=\${target%,*} port=\${target##*,}
    timeout ${ANSWER_SECONDS} bash -c ": < /dev/tcp/$address/$port" 2> /dev/null || echo "closed $target"
  ) &
done
wait`;

export const targetWord = ({ address, port }: Target) => `${address},${port}`;

/** The targets that did not answer. */
export function closedOf(text: string): Target[] {
  return [...text.matchAll(/^closed (.*),(\d+)$/gm)].map(([, address, port]) => ({
    address: address!,
    port: Number(port),
  }));
}

export function closedProblem(
  from: { readonly name: string; readonly address: string },
  to: { readonly name: string; readonly address: string },
  ports: readonly number[],
): string {
  const listed = ports.toSorted((a, b) => a - b).join(", ");
  return (
    `hosts: ${from.name} does not reach ${to.name} at ${to.address}, port${ports.length > 1 ? "s" : ""} ${listed}: no connection within ${ANSWER_SECONDS} s; ` +
    `allowed: all ports of the parts that are on it. Admit ${from.address} there in the firewall of ${to.name} and of the network between, or set privateAddress.`
  );
}
