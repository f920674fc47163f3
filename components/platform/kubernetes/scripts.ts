/**
 * The shell texts that a rolling change on a cluster runs on the machine with kubectl. They are constant: what differs between workloads comes in by
 * environment.
 */

import { gateBy } from "../gate.ts";

const kube = `set -eu
kube() { kubectl --context "$CONTEXT" --namespace "$NAMESPACE" "$@"; }`;

/** Why a pod waits that comes by no image, as a pattern of `case`. */
const noImage = "ErrImageNeverPull:* | InvalidImageName:* | ImagePullBackOff:*";

/**
 * Waits for a pod of workload $1 that has the specification $2, if any is named, and for command $3 to end well in it, a word a line; at most
 * $READY_SECONDS. Where there is no command, the cluster must call it ready. A pod that can never start is not waited for.
 */
const awaitReady = `${kube}
pod() {
  kube get pods --selector "app.kubernetes.io/instance=$INSTANCE,app.kubernetes.io/component=$1\${2:+,org.synfleet.spec=$2}" \\
    --output go-template='{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}}{{"\\n"}}{{end}}{{end}}' | head -n 1
}
waits_for() {
  kube get pod "$1" --output go-template='{{range .status.conditions}}{{if and (eq .type "PodScheduled") (eq .status "False")}}not placed on a node: {{.message}}{{end}}{{end}}{{range .status.initContainerStatuses}}{{with .state.waiting}}{{.reason}}: {{.message}}{{end}}{{end}}{{range .status.containerStatuses}}{{with .state.waiting}}{{.reason}}: {{.message}}{{end}}{{end}}'
}
refused() { kube get events --field-selector "involvedObject.name=$1,type=Warning" --sort-by .lastTimestamp --output go-template='{{range .items}}{{.message}}{{"\\n"}}{{end}}' | tail -n 1; }
holds() (
  id=$(pod "$1" "$2")
  [ -n "$id" ] || { echo "it has no pod of this specification: $(refused "$1")"; exit 1; }
  waiting=$(waits_for "$id")
  [ -z "$waiting" ] || { echo "$waiting"; exit 1; }
  kube wait --for=condition=Ready "pod/$id" --timeout=5s >/dev/null 2>&1 || true
  if [ -z "$3" ]; then
    [ "$(kube get pod "$id" --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ] || { echo "its pod $id is not ready"; exit 1; }
    exit 0
  fi
  set -f
  IFS='
'
  exec kubectl --context "$CONTEXT" --namespace "$NAMESPACE" exec "$id" -- $3
)
await() {
  started=$(date +%s)
  until reason=$(holds "$1" "$2" "$3" 2>&1); do
    case $reason in
      ${noImage})
        echo "$1 has no image: $reason. Load it onto every node (kubernetes.images: loaded), or have the nodes reach imageRegistry" >&2
        return 1 ;;
    esac
    if [ $(( $(date +%s) - started )) -ge "$READY_SECONDS" ]; then
      echo "$1 is not ready after $READY_SECONDS s: $reason" >&2
      id=$(pod "$1" "")
      [ -z "$id" ] || { echo "the end of its log:"; kube logs --tail 20 "$id"; } >&2
      return 1
    fi
    sleep 1
  done
}`;

/**
 * Of a set of one the old pod is gone before the new one has its image, so its node is asked for that first, by the pod in IMAGE_CHECK. One that runs the image already
 * is not, and neither is a Deployment, whose old pod stays until the new one is ready.
 */
const imageIsThere = `checked="$ALIAS-image-check"
drop_check() { kube delete pod "$checked" --ignore-not-found --timeout=30s >/dev/null 2>&1 || true; }
image_is_there() {
  id=$(pod "$ALIAS" "")
  [ -n "$id" ] || return 0
  node=$(kube get pod "$id" --output 'jsonpath={.spec.nodeName}')
  [ -n "$node" ] || return 0
  has=$(kube get pod "$id" --output 'jsonpath={.spec.initContainers[*].image} {.spec.containers[*].image}')
  lacks=""
  for image in $IMAGES; do case " $has " in *" $image "*) ;; *) lacks="$lacks $image" ;; esac; done
  [ -n "$lacks" ] || return 0
  drop_check
  trap drop_check EXIT
  printf %s "$IMAGE_CHECK" | sed "s|@NODE@|$node|" | kube create --filename - >/dev/null || { echo "nothing was changed on $ALIAS: $IMAGES could not be tried on $node, see above" >&2; return 1; }
  started=$(date +%s)
  until case $(kube get pod "$checked" --output 'jsonpath={.status.phase}') in Succeeded | Failed | Running) true ;; *) false ;; esac; do
    reason=$(waits_for "$checked")
    case $reason in
      ${noImage})
        echo "nothing was changed on $ALIAS: its node $node does not come by$lacks: $reason. Load it onto every node (kubernetes.images: loaded), or have the nodes reach imageRegistry and log in there (kubernetes.imagePullSecrets)" >&2
        return 1 ;;
    esac
    [ $(( $(date +%s) - started )) -lt "$READY_SECONDS" ] || { echo "nothing was changed on $ALIAS: its node $node has not come by$lacks after $READY_SECONDS s: $reason" >&2; return 1; }
    sleep 1
  done
}
[ "\${OBJECT%%/*}" != statefulset ] || image_is_there || exit 1`;

export const gate = `${gateBy(awaitReady, {
  own: "$ALIAS",
  peer: "$peer",
  awaitPeer: 'await "$peer" "" "$PEER_COMMAND"',
})}
${imageIsThere}`;

/** Deleting does not wait by itself, and whatever it uses may go only after its pods. */
export const awaitGone = `${kube}
kube delete "$OBJECT" --ignore-not-found --cascade=foreground --timeout="\${READY_SECONDS}s" >/dev/null`;

/** Ends when the workload runs as it was specified, and is ready. */
export const settle = `${awaitReady}
await "$ALIAS" "$SPEC" "$READY_COMMAND"`;

/** Ends when every one of MEMBERS is ready, which those of a new set become only together. */
export const awaitMembers = `${awaitReady}
for member in $MEMBERS; do
  await "$member" "" "$READY_COMMAND"
done`;

/** Ends when the pod of this specification has ended, with its log as output and its exit code as result. */
export const awaitEnd = `${awaitReady}
started=$(date +%s)
phase() {
  id=$(pod "$ALIAS" "$SPEC")
  [ -z "$id" ] || kube get pod "$id" --output 'jsonpath={.status.phase}'
}
until end=$(phase) && case $end in Succeeded | Failed) true ;; *) false ;; esac; do
  id=$(pod "$ALIAS" "$SPEC")
  if [ "$end" = Running ]; then
    # It has its own limit of time.
    kube wait --for=jsonpath='{.status.containerStatuses[0].state.terminated}' "pod/$id" --timeout=10s >/dev/null 2>&1 || true
    continue
  fi
  reason=$([ -z "$id" ] && refused "$ALIAS" || waits_for "$id")
  case $reason in
    ${noImage}) echo "$ALIAS has no image: $reason" >&2; exit 1 ;;
  esac
  [ $(( $(date +%s) - started )) -lt "$READY_SECONDS" ] || { echo "$ALIAS has not started after $READY_SECONDS s: $reason" >&2; exit 1; }
  sleep 1
done
id=$(pod "$ALIAS" "$SPEC")
kube logs "$id"
[ "$end" = Succeeded ] || { echo "$ALIAS ended with exit code $(kube get pod "$id" --output 'jsonpath={.status.containerStatuses[0].state.terminated.exitCode}')" >&2; exit 1; }`;
