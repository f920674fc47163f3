# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by serve.sh: what a server does when its volume is full. One that cannot write refuses the Sentinels' PING, so they
# promote another within seconds. What Redis does not do is get out of the way: it goes on with writes whenever one finds
# room, calls itself primary for ten seconds more, and then asks for a whole copy ten times a second, for each of which the
# new primary forks.

# Less is no room for a server, and more by as much is room to try again.
room_step=$((16 << 20))
room_needed=$room_step
# Made when a server was ended for want of room, and kept in memory: the volume would not take it.
no_room=$run/no-room

# Made when a server could not read its append only file: one that was written while there was room now and then.
unreadable=$run/unreadable

free_bytes() {
  local available unit
  read -r available unit < <(stat --file-system --format '%a %S' "$data")
  echo $((available * unit))
}

# with_room DECISION: the same, or to wait where it is for a replica that has no place for the data.
with_room() {
  local free
  free=$(free_bytes)
  if [ "${1%% *}" != replica ] || [ "$free" -ge "$room_needed" ]; then
    echo "$1"
  else
    echo "wait the volume at $data is full: less than $((room_needed >> 20)) MiB left. Make room on it or enlarge it, and this server follows ${1#replica } by itself; never delete files of the server"
  fi
}

# end_server REASON: so that it starts again when there is room.
end_server() {
  say "$1"
  free_bytes >"$no_room"
  terminate
}

# A primary that could not write takes no writes any more while there is a replica to lead instead: between two failures
# it could, and what it takes then is lost with the fail-over that its refused PINGs have begun. A replica that still
# follows it may have confirmed it.
give_way() {
  local state named
  while kill -0 "$server" 2>/dev/null; do
    if ask_self CONFIG SET min-replicas-to-write 1000 >/dev/null && state=$(ask_self INFO replication persistence); then
      grep -qx role:master <<<"$state" || break
      named=$(primary_by_sentinels)
      if [ -n "$named" ] && [ "$named" != "$me" ] && ask_server "$named" ROLE | head -n 1 | grep -qx master; then
        end_server "the volume is full, and $named is the primary now"
        return 0
      fi
      # The Sentinels see to it as long as it refuses their PING. One that can write again asks them.
      if grep -qx aof_last_write_status:ok <<<"$state"; then
        [ "$(field min_slaves_good_slaves <<<"$state")" != 0 ] || break
        if /usr/local/bin/handover >&2; then
          end_server "the volume was full, and another is the primary now"
          return 0
        fi
      fi
    fi
    sleep 1
  done
  ask_self CONFIG SET min-replicas-to-write "$(sed -n 's/^min-replicas-to-write //p' "$configuration/reloaded.conf")" >/dev/null || true
}

# What a replica cannot read it copies from its primary, as it would if it had nothing. The last such file is kept.
set_aside() {
  say "the append only file cannot be read: it is set aside as $data/redis-unreadable, and the data copied from ${1#replica }"
  rm -rf "$data/redis-unreadable"
  mv "$data/redis" "$data/redis-unreadable"
  mkdir -p "$data/redis"
}

# Passes the server's log on, and looks for the lines by which it says that it has no room.
watch_log() {
  local line leaving=""
  while IFS= read -r line; do
    printf '%s\n' "$line"
    case $line in
      *"Error writing to the AOF file"* | *"Short write while writing to the AOF file"*)
        # The first of them may have come since this server started.
        read -r -a sentinels <<<"$(setting sentinels)"
        if [ "${#sentinels[@]}" -gt 0 ] && { [ -z "$leaving" ] || ! kill -0 "$leaving" 2>/dev/null; }; then
          give_way &
          leaving=$!
        fi
        ;;
      *"needed for MASTER <-> REPLICA synchronization"*)
        # It tries again at once, and says so each time.
        [ -e "$no_room" ] || end_server "the volume has no room for a copy of the primary's data" &
        ;;
      *"Bad file format reading the append only file"*) touch "$unreadable" ;;
      *"Replica was unable to write command to disk"*) free_bytes >"$no_room" ;;
    esac
  done
}
