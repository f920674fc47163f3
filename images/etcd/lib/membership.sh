# shellcheck shell=bash disable=SC2154
# Sourced by etcd's entry, after common.sh and etcd.sh. A member with an empty volume whose cluster has known it at work must not take up its old place:
# it has forgotten what it had confirmed. It is taken out of the cluster and comes in as a new one.

setting() { sed -n "s/^$1: //p" "$configuration/etcd.yml"; }

own_url() { echo "https://$(setting name):2380"; }

# The other members, a name a line: those that began the cluster, and those that joined it since.
peers() {
  {
    setting initial-cluster | tr , '\n' | sed 's/=.*//'
    cat "$configuration/joined" 2>/dev/null || true
  } | grep -vxF "$(setting name)"
}

# All members as a peer knows them, for which it needs no majority: an object of JSON a line.
members_by() {
  printf 'GET /members HTTP/1.0\r\n\r\n' |
    timeout 5 openssl s_client -quiet -verify_return_error -verify_hostname "$1" -connect "$1:2380" -CAfile "$configuration/tls/ca.crt" \
      -cert "$configuration/tls/node.crt" -key "$configuration/tls/node.key" 2>/dev/null | grep -o '{[^{}]*"peerURLs"[^{}]*}'
}

# What the first peer that answers has under this member's address: `unheard` where none answers, `absent`, `declared` when the cluster was begun
# with it and it never worked, `added` when it was added and never worked, `worked`.
standing() {
  local peer members own
  # At once, since one whose name is not known yet may take as long as all.
  for peer in $(peers); do members_by "$peer" >"$run/members-$peer" & done
  wait
  for peer in $(peers); do
    members=$(cat "$run/members-$peer")
    [ -n "$members" ] || continue
    own=$(grep -F "\"$(own_url)\"" <<<"$members") || { echo absent && return; }
    case $own in
      *'"clientURLs":["'*) echo worked ;;
      *'"name":"'[!\"]*) echo declared ;;
      *) echo added ;;
    esac
    return
  done
  echo unheard
}

etcdctl_peers() { etcdctl_at "$(peers | sed 's|.*|https://&:2379|' | paste -sd,)" 5 "$@"; }

# By a majority of the others; again until there is one. etcd tells what is wrong as JSON, of which the last field says it.
by_majority() {
  local told
  until told=$(etcdctl_peers "$@" 2>&1); do
    say "etcd: no majority of the other members for \"$1 $2\" yet: ${told##*\"error\":}"
    sleep 2
  done
  printf '%s\n' "$told"
}

# Prints all members as etcd wants them where one comes in: as they are, and not as they will be. By the first that knows of this one: a majority may
# need it already.
members_now() {
  local peer members
  while :; do
    for peer in $(peers); do
      members=$(members_by "$peer" | sed -n 's|.*"peerURLs":\["\(https://\([^:]*\):[0-9]*\)".*|\2=\1|p') || true
      if grep -qxF "$(setting name)=$(own_url)" <<<"$members"; then
        paste -sd, <<<"$members"
        return
      fi
    done
    sleep 2
  done
}

# How this member starts: together with the others that begin a cluster (`new`), or into theirs, with all of its members (`existing NAME=URL,…`).
join_as() {
  local id members standing
  standing=$(standing)
  if [ "$(setting initial-cluster-state)" = existing ]; then
    until [ "$standing" != unheard ]; do
      say "etcd: $(setting name) joins, and waits for a member of the cluster to answer"
      sleep 2
      standing=$(standing)
    done
  fi
  case $standing in
    unheard | declared)
      echo new
      return
      ;;
    worked)
      say "etcd: the volume of $(setting name) is empty, and the other members have known it at work: it comes in as a new member"
      members=$(by_majority member list)
      id=$(awk -F ', ' -v url="$(own_url)" '$4 == url { print $1 }' <<<"$members")
      [ -z "$id" ] || by_majority member remove "$id" >&2
      ;;
  esac
  [ "$standing" = added ] || by_majority member add "$(setting name)" --peer-urls "$(own_url)" >&2
  echo "existing $(members_now)"
}
