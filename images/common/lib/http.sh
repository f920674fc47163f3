# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by images whose program serves HTTPS, after common.sh.

# https_get PATH PORT: quiet, verified; with this container's own certificate where the server asks for one.
# Prometheus also wants a password: /etc/synfleet/secrets/curl has it in curl's configuration form when there is one.
https_get() {
  local extra=()
  [ ! -r "$configuration/secrets/curl" ] || extra=(--config "$configuration/secrets/curl")
  curl --silent --show-error --fail --max-time 3 --output /dev/null "${extra[@]}" \
    --cacert "$configuration/tls/ca.crt" --cert "$configuration/tls/node.crt" --key "$configuration/tls/node.key" \
    "https://localhost:$2$1"
}
