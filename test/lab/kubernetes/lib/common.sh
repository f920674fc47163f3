# Sourced by up, down, load-image and smoke: --dir, places, addresses, processes. Leaves the other arguments in "$@".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() { echo "$(basename "$0"): $*" >&2; exit 1; }
say() { printf '%4ds %s\n' "$SECONDS" "$*" >&2; }

D=${SYNFLEET_LAB_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/synfleet/kubernetes}
rest=()
while (($#)); do
  case $1 in
    --dir) [ $# -ge 2 ] || die "--dir needs a folder"; D=$2; shift 2 ;;
    *) rest+=("$1"); shift ;;
  esac
done
set -- "${rest[@]}"
D=$(realpath -m "$D")
case $D in *[!A-Za-z0-9._/-]*|/) die "unusable folder: $D" ;; esac
[ "$(id -u)" = 0 ] || die "needs root"
mkdir -p "$D"/{bin,images,etc/pki,etc/cni,run,log,state/local-path}
bin=$D/bin etc=$D/etc pki=$D/etc/pki run=$D/run state=$D/state
exec 9>"$D/.lock"; flock 9          # one script at a time in this folder

node=node1
node_bridge=k8slab-node node_ip=10.244.255.1      # the node's address, apart from the machine's own
pod_bridge=k8slab-pods pod_ip=10.244.0.1 pod_cidr=10.244.0.0/24
cluster_cidr=10.244.0.0/16                        # both of the above
service_cidr=10.96.0.0/16 dns_ip=10.96.0.10
etcd_url=http://127.0.0.1:23790 etcd_peer_url=http://127.0.0.1:23800

cri=$run/containerd/containerd.sock
ctr="ctr -a $cri -n k8s.io"
export PATH=$bin:$PATH:/usr/local/go/bin KUBECONFIG=$etc/admin.kubeconfig

# alive NAME: its pid file names a live process of this folder (a reused pid or a zombie is not one).
alive() {
  local pid
  pid=$(cat "$run/$1.pid" 2>/dev/null) && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$D/"
} 2>/dev/null

# start NAME COMMAND...: as a daemon, unless alive.
start() {
  local name=$1; shift
  if alive "$name"; then return; fi
  setsid "$@" >>"$D/log/$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$run/$name.pid"
}

start_containerd() {
  start containerd containerd --config "$etc/containerd.toml"
  wait_for 30 $ctr version
}

# stop NAME...: TERM to all, KILL after 5 s (kube-apiserver would take 30 s and more; its state is in etcd).
stop() {
  local name i
  for name in "$@"; do if alive "$name"; then kill "$(cat "$run/$name.pid")" || true; fi; done
  for name in "$@"; do
    for ((i = 0; i < 50; i++)); do alive "$name" || break; sleep 0.1; done
    if alive "$name"; then kill -9 "$(cat "$run/$name.pid")" || true; fi
    rm -f "$run/$name.pid"
  done
}

# wait_for SECONDS COMMAND...
wait_for() {
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || die "gave up waiting for: $* (logs in $D/log)"
    sleep 0.2
  done
}

# put FILE: stdin into FILE, by rename and only on change: kube-proxy exits when its file is rewritten, containerd watches the CNI folder.
put() {
  cat >"$D/.new"
  cmp -s "$D/.new" "$1" || mv "$D/.new" "$1"
}
