# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the programs of the etcd image, after common.sh.

etcdctl_local() {
  env -i PATH="$PATH" etcdctl --endpoints https://localhost:2379 --command-timeout 3s --dial-timeout 2s \
    --cacert "$configuration/tls/ca.crt" --cert "$configuration/tls/node.crt" --key "$configuration/tls/node.key" "$@"
}
