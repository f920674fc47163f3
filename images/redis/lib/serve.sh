# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# Sourced by entry: runs a server in the role that the running set gives it.
# shellcheck source=images/redis/lib/role.sh
. /usr/local/lib/synfleet/role.sh

need_files "$configuration"/{redis.conf,reloaded.conf}
mkdir -p "$data/redis"
said=""
began=$SECONDS
while :; do
  decision=$(decide_role $((SECONDS - began)))
  [ "${decision%% *}" = wait ] || break
  [ "$decision" = "$said" ] || say "waiting: ${decision#wait }"
  said=$decision
  echo "${decision#wait }" >"$run/waiting"
  sleep 0.5
done
say "starting as $decision"
rm -f "$run/waiting"
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
rm -f "$clean_mark" "$promoted_mark"
remember "$configuration/redis.conf"

redis-server "$runtime" &
server=$!
stopping=""
stop() {
  [ -z "$stopping" ] || return 0
  stopping=yes
  /usr/local/bin/handover 2>&1 | sed 's/^/synfleet: /' >&2 || true
  # Asked again until it does: while it writes its first file after a full copy, Redis refuses to end.
  while kill -TERM "$server" 2>/dev/null; do sleep 0.5; done &
}
trap stop TERM INT
code=0
while kill -0 "$server" 2>/dev/null; do
  code=0
  wait "$server" || code=$?
done
[ "$code" != 0 ] || touch "$clean_mark"
exit "$code"
