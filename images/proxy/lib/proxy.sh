# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the programs of the proxy image, after common.sh.

# Prints upstreams.conf with addresses in place of names. Nginx asks for names once, when it reads its configuration, and
# refuses to start without an answer; a name is gone while its container is stopped. So an instance without an address is
# marked as down. Fails when no name has an address: then it is the asking that failed.
upstreams_with_addresses() {
  local line name address found=1
  # An instance stands in several lists.
  local -A addresses=()
  while IFS= read -r line; do
    if [[ $line =~ ^(\ *server\ )([A-Za-z0-9._-]+):([0-9]+)(.*)\;$ ]]; then
      name=${BASH_REMATCH[2]}
      [ -v "addresses[$name]" ] || { address_of "$name" && addresses[$name]=$REPLY; }
      address=${addresses[$name]}
      if [ -n "$address" ]; then
        found=0
        printf '%s%s:%s%s; # %s\n' "${BASH_REMATCH[1]}" "$address" "${BASH_REMATCH[3]}" "${BASH_REMATCH[4]}" "$name"
      else
        printf '%s127.0.0.1:9%s down; # %s has no address\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[4]}" "$name"
      fi
    else
      printf '%s\n' "$line"
    fi
  done <"$configuration/upstreams.conf"
  return "$found"
}

# As REPLY, which is empty where there is none; without a process more than the one that asks, since this is asked every second.
address_of() {
  REPLY=""
  read -r REPLY _ < <(getent ahostsv4 "$1") || true
  [ -z "$REPLY" ] || return 0
  if read -r REPLY _ < <(getent ahostsv6 "$1"); then REPLY="[$REPLY]"; fi
}

# Process ids of the workers that take new connections; one that is to end has another title.
workers() {
  local process title
  for process in /proc/[0-9]*; do
    # It may be gone by now.
    title=$({ tr -d '\0' <"$process/cmdline"; } 2>/dev/null) || continue
    [ "$title" != "nginx: worker process" ] || echo "${process#/proc/}"
  done
}

# New workers take over; the old ones answer what they have. Ends when no old one takes connections any more.
reload() {
  local old
  old=$(workers)
  kill -HUP 1
  for _ in $(seq 100); do
    [ -n "$(grep --line-regexp --fixed-strings "$old" <<<"$(workers)")" ] || return 0
    sleep 0.1
  done
  return 1
}

check_configuration() {
  nginx -e stderr -t -q -c "$configuration/nginx.conf" 2>&1 | grep -v '\[notice\]' || return 0
  return 1
}

# Asks the port that is for the deployment alone.
ask_status() {
  curl --silent --show-error --fail-with-body --max-time 4 --cacert "$configuration/tls/ca.crt" \
    --cert "$configuration/tls/node.crt" --key "$configuration/tls/node.key" "https://localhost:8081$1"
}
