# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by entry: runs a Sentinel. What it has seen and voted for is kept; everything else is what is rendered.

need_files "$configuration/sentinel.conf"
quorum=$((${#sentinels[@]} / 2 + 1))

# The primary that this Sentinel last knew, else the others', else the server that says so, else the one that a replica follows, else the first of all. It may be
# one that is about to be removed: until another is promoted, it is the one that clients write to.
known_primary() {
  local host
  host=$(sed -n "s/^sentinel monitor $set_name \"\{0,1\}\([^ \"]*\)\"\{0,1\} .*/\1/p" "$runtime" 2>/dev/null || true)
  if [ -n "$host" ]; then
    echo "$host"
    return
  fi
  for name in "${sentinels[@]}"; do
    [ "$name" != "$me" ] || continue
    host=$(ask_sentinel "$name" SENTINEL get-master-addr-by-name "$set_name" | head -n 1) && listed "$host" "${members[@]}" && echo "$host" && return
  done
  ask_servers
  host=$(grep -lx 'role:master' -r "$answers" | head -n 1 | xargs -r basename)
  # One that is away and has replicas has what they lack.
  [ -n "$host" ] || host=$(sed -n 's/^master_host://p' "$answers"/* 2>/dev/null | head -n 1)
  if listed "$host" "${members[@]}"; then echo "$host"; else echo "${members[0]}"; fi
}

# Lines of the last run that are its memory, but for members that are none any more.
memory() {
  [ -s "$runtime" ] || return 0
  awk -v set="$set_name" -v servers=" ${members[*]} " -v watchers=" ${sentinels[*]} " '
    { gsub(/"/, "") }
    $1 != "sentinel" { next }
    $2 == "current-epoch" { print }
    $3 != set { next }
    $2 == "config-epoch" || $2 == "leader-epoch" { print }
    $2 == "known-replica" && index(servers, " " $4 " ") { print }
    $2 == "known-sentinel" && index(watchers, " " $4 " ") { print }' "$runtime"
}

primary=$(known_primary)
identifier=$(printf '%s/%s' "$set_name" "$me" | sha1sum)
{
  cat "$configuration/sentinel.conf"
  echo "dir $data"
  echo "aclfile $run/users.acl"
  # The same after a lost volume: it would count as one more Sentinel, and a majority would be harder to come by.
  echo "sentinel myid ${identifier%% *}"
  echo "sentinel sentinel-user sentinel"
  echo "sentinel sentinel-pass $(cat "$secret")"
  echo "sentinel monitor $set_name $primary $SERVER_PORT $quorum"
  echo "sentinel auth-user $set_name sentinel"
  echo "sentinel auth-pass $set_name $(cat "$secret")"
  memory
} >"$runtime.new"
mv "$runtime.new" "$runtime"
remember "$configuration"/{sentinel.conf,member.conf,secrets/users.acl} "$secret" "$configuration"/tls/{ca.crt,node.crt,node.key}
say "watching $set_name, whose primary is $primary"
exec tini -- redis-server "$runtime" --sentinel
