/**
 * The shell texts that a rolling change runs on the machine with the Docker client. They are constant: what differs
 * between workloads comes in by environment, and file contents by standard input, so neither is on a command line.
 */

/** Puts the ssh that knows the hosts before the machine's own. */
export const useClient = `[ -z "\${SSH_CLIENT:-}" ] || export PATH="$(cd "$SSH_CLIENT" && pwd):$PATH"
`;

const engine = `set -eu
${useClient}engine() { docker --host "$HOST" "$@"; }`;

/**
 * Waits for command $3, a word a line, to end well in container $2 on host $1, at most $READY_SECONDS; says why when it
 * gives up. Where there is no command, the container must run, and be healthy if it says whether it is.
 */
const awaitReady = `
holds() (
  if [ -z "$3" ]; then
    status=$(docker --host "$1" inspect --format "{{.State.Status}}{{with .State.Health}} {{.Status}}{{end}}" "$2")
    case $status in running | "running healthy") exit 0 ;; *) echo "$status"; exit 1 ;; esac
  fi
  set -f
  IFS='
'
  exec docker --host "$1" exec "$2" $3
)
await() {
  deadline=$(( $(date +%s) + READY_SECONDS ))
  until reason=$(holds "$1" "$2" "$3" 2>&1); do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      echo "$2 is not ready after $READY_SECONDS s: $reason" >&2
      echo "the end of its log:" >&2
      docker --host "$1" logs --tail 20 "$2" >&2
      return 1
    fi
    sleep 1
  done
}
await_ready() { await "$1" "$2" "$READY_COMMAND"; }`;

/** Puts the archive on standard input into the volume, and tells the peers. The carrier container is never started. */
const putFiles = `
put_files() {
  carrier=$(engine create --network none --volume "$VOLUME:$DIRECTORY" "$IMAGE" true)
  trap 'engine rm --force "$carrier" >/dev/null' EXIT
  base64 -d | engine cp - "$carrier:$DIRECTORY"
  echo "peers $PEERS"
}`;

export const writeFiles = `${engine}
${putFiles}
put_files`;

/**
 * A change begins only while every peer is ready, so that the set never loses a second member to it.
 * PEERS holds words of the form "container,docker-host". One that the last run did not tell is new: it comes after this
 * one, so waiting for it would be in vain. GATE is "open" where nobody is waited for. PEER_COMMAND
 * is empty where a peer may be of another version, which has another command: then it is the engine that is asked.
 */
export const writeFilesGated = `${engine}
${putFiles}
${awaitReady}
is_new() {
  case "\${PULUMI_COMMAND_STDOUT:-}" in
    "peers "*" \${1} "* | "peers "*" \${1}" | "peers \${1} "* | "peers \${1}") return 1 ;;
    peers*) return 0 ;;
    *) return 1 ;;
  esac
}
for peer in $PEERS; do
  [ "\${GATE:-}" != open ] || break
  ! is_new "$peer" || continue
  await "\${peer#*,}" "\${peer%%,*}" "$PEER_COMMAND" || {
    echo "nothing was changed on $CONTAINER: bring \${peer%%,*} back first, or set synfleet:rolloutGate to false" >&2
    exit 1
  }
done
put_files`;

/**
 * Brings a container over to the files in its volume: reload, restart when the service asks for it, then ready. One that
 * was just replaced, or kept failing under the old files, is given the time to come up first.
 */
export const settle = `${engine}
${awaitReady}
engine start "$CONTAINER" >/dev/null
await "$HOST" "$CONTAINER" "$HEALTHY_COMMAND"
outcome=0
engine exec "$CONTAINER" $APPLY_COMMAND || outcome=$?
case $outcome in
  0) ;;
  10) engine restart --time "$STOP_SECONDS" "$CONTAINER" >/dev/null ;;
  *) echo "$CONTAINER could not take the new files (exit code $outcome)" >&2; exit 1 ;;
esac
await_ready "$HOST" "$CONTAINER"`;

/** Ends when a new workload is ready that does not need others of its kind for that. */
export const awaitStart = `${engine}
${awaitReady}
await_ready "$HOST" "$CONTAINER"`;

/** Ends when every one of MEMBERS is ready, which those of a new set become only together. */
export const awaitMembers = `set -eu
${useClient}${awaitReady}
for member in $MEMBERS; do
  await_ready "\${member#*,}" "\${member%%,*}"
done`;

/** Settles a service that knows no reload. */
export const settleByRestart = `${engine}
${awaitReady}
engine restart --time "$STOP_SECONDS" "$CONTAINER" >/dev/null
await_ready "$HOST" "$CONTAINER"`;

/** Ends when a one-shot container has ended, with the log of that run as output and its exit code as result. */
const ending = `
code=$(engine wait "$CONTAINER")
engine logs "$CONTAINER" --since "$(engine inspect --format "{{.State.StartedAt}}" "$CONTAINER")" 2>&1
[ "$code" = 0 ] || { echo "$CONTAINER ended with exit code $code" >&2; exit 1; }`;

export const awaitEnd = `${engine}${ending}`;

/** Runs it once more, with the files as they are now. */
export const runAgain = `${engine}
engine start "$CONTAINER" >/dev/null${ending}`;
