# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the programs of the app image, after common.sh.

# Asks the app itself, verified; prints the answer also when it is a refusal.
ask_app() {
  local port
  port=$(sed -n 's/^  "port": \([0-9]*\),\{0,1\}$/\1/p' "$configuration/app.json")
  curl --silent --show-error --fail-with-body --max-time 8 \
    --cacert "$configuration/tls/ca.crt" "https://localhost:${port:-8080}$1"
}
