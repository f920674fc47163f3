/**
 * The shell texts that a rolling change of services runs on the machine with the Docker client. They are constant: what differs between workloads comes
 * in by environment.
 */
import { useClient } from "../docker/scripts.ts";
import { gateBy } from "../gate.ts";

/**
 * Waits for a task of service $2 on host $1 that has the specification $3, if any is named, and for command $4 to end well in it, a word a line;
 * at most $READY_SECONDS. Where there is no command, Docker must call it healthy, if it says whether it is.
 */
const awaitReady = `set -eu
${useClient}state() { docker --host "$MANAGER" service ps --no-trunc --format '{{.CurrentState}} {{.Error}}' "$1" | head -n 1; }
task() { docker --host "$1" ps --quiet --filter "label=com.docker.swarm.service.name=$2" --filter status=running \${3:+--filter "label=org.synfleet.spec=$3"} | head -n 1; }
holds() (
  id=$(task "$1" "$2" "$3")
  [ -n "$id" ] || { echo "no task of it runs: $(state "$2")"; exit 1; }
  if [ -z "$4" ]; then
    status=$(docker --host "$1" inspect --format "{{with .State.Health}}{{.Status}}{{end}}" "$id")
    case $status in "" | healthy) exit 0 ;; *) echo "$status"; exit 1 ;; esac
  fi
  set -f
  IFS='
'
  exec docker --host "$1" exec "$id" $4
)
rolled_back() {
  case $(docker --host "$MANAGER" service inspect --format '{{with .UpdateStatus}}{{.State}}: {{.Message}}{{end}}' "$1") in
    rollback* | paused*) return 0 ;;
    *) return 1 ;;
  esac
}
await() {
  started=$(date +%s)
  until reason=$(holds "$1" "$2" "$3" "$4" 2>&1); do
    waited=$(( $(date +%s) - started ))
    # The state of an update of before stays until this one has begun.
    if [ -n "$3" ] && [ "$waited" -ge 10 ] && [ -z "$(task "$1" "$2" "$3")" ] && rolled_back "$2"; then
      echo "$2 was rolled back by the Swarm: $(docker --host "$MANAGER" service inspect --format '{{.UpdateStatus.Message}}' "$2"); $(docker --host "$MANAGER" service ps --no-trunc --filter desired-state=shutdown --format '{{.Error}}' "$2" | head -n 1)" >&2
      return 1
    fi
    if [ "$waited" -ge "$READY_SECONDS" ]; then
      echo "$2 is not ready after $READY_SECONDS s: $reason" >&2
      id=$(task "$1" "$2" "")
      [ -z "$id" ] || { echo "the end of its log:"; docker --host "$1" logs --tail 20 "$id"; } >&2
      return 1
    fi
    sleep 1
  done
}`;

/** PEERS has words "service,docker-host". */
export const gate = gateBy(awaitReady, {
  own: "$SERVICE",
  peer: "${peer%%,*}",
  awaitPeer: 'await "${peer#*,}" "${peer%%,*}" "" "$PEER_COMMAND"',
});

/** Ends when the service runs as it was specified, and is ready. */
export const settle = `${awaitReady}
await "$HOST" "$SERVICE" "$SPEC" "$READY_COMMAND"`;

/** Ends when every one of MEMBERS is ready, which those of a new set become only together. */
export const awaitMembers = `${awaitReady}
for member in $MEMBERS; do
  await "\${member#*,}" "\${member%%,*}" "" "$READY_COMMAND"
done`;

/** Ends when the task of this specification has ended, with its log as output and its exit code as result. */
export const awaitEnd = `set -eu
${useClient}engine() { docker --host "$HOST" "$@"; }
task() { engine ps --all --quiet --filter "label=com.docker.swarm.service.name=$SERVICE" --filter "label=org.synfleet.spec=$SPEC" | head -n 1; }
started=$(date +%s)
until id=$(task) && [ -n "$id" ]; do
  if [ $(( $(date +%s) - started )) -ge "$READY_SECONDS" ]; then
    echo "$SERVICE has no task after $READY_SECONDS s: $(docker --host "$MANAGER" service ps --no-trunc --format '{{.CurrentState}} {{.Error}}' "$SERVICE" | head -n 1)" >&2
    exit 1
  fi
  sleep 1
done
code=$(engine wait "$id")
engine logs "$id" 2>&1
[ "$code" = 0 ] || { echo "$SERVICE ended with exit code $code" >&2; exit 1; }`;

/** Of an image that was built there, or taken from the registry of the deployment. */
export const imageIdentity = `set -eu
${useClient}docker --host "$HOST" image inspect --format '{{.Id}}' "$TAG"`;

/** Of any other: where it is not there it is taken with the login of this machine, which Docker's client sends along and nobody keeps. */
export const takenIdentity = `set -eu
${useClient}identity() { docker --host "$HOST" image inspect --format '{{.Id}}' "$TAG"; }
identity 2>/dev/null || {
  docker --host "$HOST" pull --quiet "$TAG" >/dev/null || {
    echo "image: $HOST has no $TAG and cannot take it, see above; allowed: an image that is there, or that the host reaches and this machine's login gives. Run docker login at its registry on this machine, or load it there" >&2
    exit 1
  }
  identity
}`;
