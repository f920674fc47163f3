# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# Sourced by entry: runs a server in the role that the running set gives it.
# shellcheck source=images/redis/lib/role.sh
. /usr/local/lib/synfleet/role.sh
# shellcheck source=images/redis/lib/room.sh
. /usr/local/lib/synfleet/room.sh

need_files "$configuration"/{redis.conf,reloaded.conf}
mkdir -p "$data/redis"
server=""
stopping=""
# Asked again until it does: while it writes its first file after a full copy, Redis refuses to end.
terminate() { while kill -TERM "$server" 2>/dev/null; do sleep 0.5; done; }
stop() {
  [ -z "$stopping" ] || return 0
  stopping=yes
  [ -n "$server" ] || exit 143
  /usr/local/bin/handover 2>&1 | sed 's/^/synfleet: /' >&2 || true
  terminate &
}
trap stop TERM INT

# Waits until the running set tells which role this server has.
await_role() {
  local began=$SECONDS said=""
  while :; do
    decision=$(decide_role $((SECONDS - began)))
    # What failed for want of room is tried again each minute: a copy may have become smaller.
    [ $((SECONDS - began)) -lt 60 ] || room_needed=$room_step
    [ "${decision%% *}" = wait ] || decision=$(with_room "$decision")
    [ "${decision%% *}" = wait ] || break
    [ "$decision" = "$said" ] || say "waiting: ${decision#wait }"
    said=$decision
    echo "${decision#wait }" >"$run/waiting"
    sleep 0.5
  done
  say "starting as $decision"
  rm -f "$run/waiting"
}

write_runtime() {
  {
    echo "include $configuration/redis.conf"
    echo "include $configuration/reloaded.conf"
    echo "dir $data/redis"
    echo "aclfile $run/users.acl"
    echo "masteruser replica"
    echo "masterauth $(cat "$secret")"
    [ "$decision" = primary ] || echo "replicaof ${decision#replica } $SERVER_PORT"
  } >"$runtime.new"
  mv "$runtime.new" "$runtime"
}

# Ends when the server does, with its code.
run_server() {
  local code=0 watcher
  rm -f "$run/log" "$no_room" "$unreadable"
  mkfifo "$run/log"
  redis-server "$runtime" >"$run/log" &
  server=$!
  watch_log <"$run/log" &
  watcher=$!
  while kill -0 "$server" 2>/dev/null; do
    code=0
    wait "$server" || code=$?
  done
  server=""
  # The last that it said.
  wait "$watcher" || true
  return "$code"
}

while :; do
  await_role
  write_runtime || fail "$runtime cannot be written: the volume has $(free_bytes) bytes left. Make room on it or enlarge it, and this server comes back by itself; never delete files of the server."
  rm -f "$clean_mark" "$promoted_mark"
  remember "$configuration/redis.conf"
  code=0
  run_server || code=$?
  [ -z "$stopping" ] || break
  if [ -e "$no_room" ]; then
    room_needed=$(($(cat "$no_room") + room_step))
  elif [ -e "$unreadable" ] && [ "${decision%% *}" = replica ] && ask_server "${decision#replica }" ROLE | head -n 1 | grep -qx master; then
    set_aside "$decision"
  else
    break
  fi
done
[ "$code" != 0 ] || touch "$clean_mark"
exit "$code"
