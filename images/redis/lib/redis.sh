# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the programs of the redis image, after common.sh. A member is a server or a Sentinel; member.conf tells.

umask 077
# A name of a stopped container is not known to anybody; do not wait for the answer longer than this.
export RES_OPTIONS="ndots:0 timeout:1 attempts:1"
SERVER_PORT=6380
SENTINEL_PORT=26380
runtime=$data/runtime.conf
clean_mark=$data/ended-cleanly
promoted_mark=$data/promoted
# Made when Sentinels were heard to name a primary: from then on nobody else decides.
watched_mark=$data/watched
operator=$run/operator

# member.conf is KEY=VALUE lines; it is read, never executed.
setting() {
  sed -n "s/^$1=//p" "$configuration/member.conf" | head -n 1
}
role=$(setting role)
me=$(setting name)
set_name=$(setting set)
read -r -a members <<<"$(setting members)"
read -r -a sentinels <<<"$(setting sentinels)"
case $role in
  server) port=$SERVER_PORT identity=replica ;;
  sentinel) port=$SENTINEL_PORT identity=sentinel ;;
  *) fail "$configuration/member.conf has role \"$role\". Allowed: server, sentinel. Deploy the stack again." ;;
esac
secret=$configuration/secrets/${identity}_password

# ask HOST PORT USER PASSWORD-FILE WORD...: prints the reply, without carriage returns. Ends with 1 and the error when
# there is none. Passwords go by standard input: not an argument, not in the environment.
ask() {
  local host=$1 at=$2 user=$3 file=$4 reply
  shift 4
  reply=$({
    printf 'AUTH %s ' "$user"
    cat "$file"
    printf '\n%s\n' "$*"
  } | timeout "${ASK_SECONDS:-3}" redis-cli -h "$host" -p "$at" --tls --sni "$host" --cacert "$configuration/tls/ca.crt" \
    --cert "$configuration/tls/node.crt" --key "$configuration/tls/node.key" 2>&1) || {
    echo "$host does not answer: ${reply%%$'\n'*}"
    return 1
  }
  reply=${reply//$'\r'/}
  [ "${reply%%$'\n'*}" = OK ] || {
    echo "$host refuses: ${reply%%$'\n'*}"
    return 1
  }
  reply=${reply#OK}
  reply=${reply#$'\n'}
  printf '%s\n' "$reply"
  ! printf '%s' "$reply" | grep -qE '^(\(error\) )?[A-Z]{3,} '
}

# The member in this container, with the rights that only this container has the password for.
ask_self() {
  ask localhost "$port" operator "$operator" "$@"
}
# Any other, as machinery of this set.
ask_server() {
  local host=$1
  shift
  ask "$host" "$SERVER_PORT" "$identity" "$secret" "$@"
}
ask_sentinel() {
  local host=$1
  shift
  ask "$host" "$SENTINEL_PORT" "$identity" "$secret" "$@"
}

# field NAME: of an INFO reply on standard input.
field() {
  sed -n "s/^$1://p" | head -n 1
}

listed() {
  local wanted=$1 name
  shift
  for name in "$@"; do [ "$name" != "$wanted" ] || return 0; done
  return 1
}

# Asks all at once, and keeps the answers of those who gave one as files under $run/answers.
answers=$run/answers
ask_servers() {
  local name
  rm -rf "$answers"
  mkdir -p "$answers"
  for name in "${members[@]}"; do
    [ "$name" = "$me" ] || {
      ask_server "$name" INFO replication persistence keyspace >"$answers/$name.new" && mv "$answers/$name.new" "$answers/$name"
    } &
  done
  wait
  rm -f "$answers"/*.new
}

# The primary that more than half of all Sentinels name; nothing when there is no such.
primary_by_sentinels() {
  local name
  for name in "${sentinels[@]}"; do
    ask_sentinel "$name" SENTINEL get-master-addr-by-name "$set_name" | head -n 1 &
  done | sort | uniq -c | awk -v all="${#sentinels[@]}" '$1 * 2 > all && NF == 2 { print $2 }'
}

# The rendered users, and the one whose password never leaves this container: apply, ready and commands use it. Machines
# are let in by their last password too: a change goes from member to member, and meanwhile they have to understand each other.
compose_users() {
  local hash rendered=$configuration/secrets/users.acl last=$data/users.last previous=$data/users.previous
  if ! cmp --silent "$rendered" "$last"; then
    # Whole or not at all: on a full volume a half would be the password that machines are no longer let in by.
    cat "$rendered" >"$last.new"
    if [ -e "$last" ]; then mv "$last" "$previous"; fi
    mv "$last.new" "$last"
  fi
  [ -e "$previous" ] || : >"$previous"
  hash=$(sha256sum "$operator")
  {
    awk '
      FILENAME == ARGV[1] { if ($1 == "user" && $2 != "application") old[$2] = $4; next }
      $1 == "user" && ($2 in old) && old[$2] ~ /^#/ && old[$2] != $4 { $4 = $4 " " old[$2] }
      { print }' "$previous" "$rendered"
    echo "user operator on #${hash%% *} ~* &* +@all"
  } >"$run/users.acl.new"
  mv "$run/users.acl.new" "$run/users.acl"
}

# check_certificate: says why the files of a renewed certificate cannot be taken.
check_certificate() {
  openssl x509 -in "$configuration/tls/node.crt" -noout -checkend 0 >/dev/null \
    || fail "$configuration/tls/node.crt has expired, the running certificate is kept. Deploy a renewed one."
  [ "$(openssl x509 -in "$configuration/tls/node.crt" -noout -pubkey)" = "$(openssl pkey -in "$configuration/tls/node.key" -pubout)" ] \
    || fail "$configuration/tls/node.key does not belong to node.crt, the running pair is kept. Deploy both together."
}
