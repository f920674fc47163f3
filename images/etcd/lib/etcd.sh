# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the programs of the etcd image, after common.sh.

# etcdctl_at ENDPOINTS SECONDS ARGUMENT…
etcdctl_at() {
  local endpoints=$1 seconds=$2
  shift 2
  env -i PATH="$PATH" etcdctl --endpoints "$endpoints" --command-timeout "${seconds}s" --dial-timeout 2s \
    --cacert "$configuration/tls/ca.crt" --cert "$configuration/tls/node.crt" --key "$configuration/tls/node.key" "$@"
}

etcdctl_local() { etcdctl_at https://localhost:2379 3 "$@"; }
