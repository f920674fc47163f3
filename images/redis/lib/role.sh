# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by entry, after redis.sh: what a server is to be when it starts. It never comes up as a second primary: it
# asks the Sentinels, or without any the other servers, and waits while nobody can tell.

# primary, replica NAME, or none where this data directory was never used.
saved_role() {
  local host
  [ -s "$runtime" ] || {
    echo none
    return
  }
  host=$(sed -n 's/^replicaof "\{0,1\}\([^ "]*\)"\{0,1\} .*/\1/p' "$runtime" | tail -n 1)
  echo "${host:+replica }${host:-primary}"
}

count_peers() { echo $((${#members[@]} - 1)); }
peers_that_answer() { find "$answers" -type f | wc -l; }
peers_with() { grep -lE "$1" -r "$answers" | xargs -r -n 1 basename; }
# A server that has taken no data yet: nothing is lost when it follows an empty primary.
fresh_peers() {
  local file fresh=0
  for file in "$answers"/*; do
    [ -e "$file" ] || continue
    grep -q '^role:slave$' "$file" && grep -q '^loading:0$' "$file" && ! grep -q '^db[0-9]' "$file" && fresh=$((fresh + 1))
  done
  echo "$fresh"
}

# Prints one line: "primary", "replica NAME", or "wait REASON".
decide_role() {
  local seconds=$1 saved named
  saved=$(saved_role)
  [ "$(count_peers)" -gt 0 ] || {
    echo primary
    return
  }
  ask_servers
  if [ "${#sentinels[@]}" -gt 0 ]; then
    named=$(primary_by_sentinels)
    decide_by_sentinels "$seconds" "$saved" "$named"
  else
    decide_by_peers "$saved"
  fi
}

sentinels_answer() {
  local name
  for name in "${sentinels[@]}"; do ! ask_sentinel "$name" PING >/dev/null || return 0; done
  return 1
}

decide_by_sentinels() {
  local seconds=$1 saved=$2 named=$3
  if [ -n "$named" ]; then touch "$watched_mark"; fi
  if [ -z "$named" ] && [ ! -e "$watched_mark" ] && ! sentinels_answer; then
    # The first Sentinels of a set come after its servers, and find out from them who is the primary.
    decide_by_peers "$saved"
  elif [ -z "$named" ]; then
    # A replica takes no writes, so it may serve what it has until the Sentinels are back.
    if [ "${saved%% *}" = replica ] && [ "$seconds" -ge 10 ]; then echo "$saved"; else echo "wait no majority of the Sentinels (${sentinels[*]}) names a primary"; fi
  elif [ "$named" != "$me" ]; then
    echo "replica $named"
  elif [ "$saved" = none ]; then
    start_empty
  elif [ -e "$clean_mark" ] || [ "$(peers_that_answer)" = "$(fresh_peers)" ] || [ "$seconds" -ge 60 ]; then
    echo primary
  else
    # After a crash the last writes may be missing here that a replica has: it is the better primary.
    echo "wait the last run ended without a shutdown; the Sentinels are to promote one of $(peers_with '^db[0-9]' | tr '\n' ' ')first"
  fi
}

decide_by_peers() {
  local saved=$1 primaries
  mapfile -t primaries < <(peers_with '^role:master$')
  if [ "${#primaries[@]}" = 1 ]; then
    echo "replica ${primaries[0]}"
  elif [ "${#primaries[@]}" -gt 1 ]; then
    echo "wait there are several primaries (${primaries[*]}); stop all but one of them"
  elif [ -e "$promoted_mark" ]; then
    echo primary
  elif [ "${saved%% *}" = replica ]; then
    echo "$saved"
  elif [ "$saved" = none ] && [ "$me" != "${members[0]}" ]; then
    echo "replica ${members[0]}"
  elif [ "$saved" = none ]; then
    start_empty
  elif [ "$(peers_that_answer)" = "$(count_peers)" ]; then
    echo primary
  else
    echo "wait it was the primary, and a server that does not answer may have been promoted since; bring it back, or promote this one"
  fi
}

# The very first start of a set: all others are there, and as empty as this one.
start_empty() {
  if [ "$(fresh_peers)" = "$(count_peers)" ]; then
    echo primary
  elif [ -n "$(peers_with '^db[0-9]')" ]; then
    echo "wait this data directory is empty, and not that of $(peers_with '^db[0-9]' | tr '\n' ' '); promote one of those"
  else
    echo "wait a set begins with all of its servers, and not all of them (${members[*]}) answer yet"
  fi
}
