# shellcheck shell=bash disable=SC2154
# Sourced by `copy`, after postgres.sh: the peers, and the server that nobody else reaches.

copies=$data/copy
copy=$copies/pgdata
copy_socket=$run/copy

tell() {
  say "copy: $*"
  echo "$*" >"$copies/state.new"
  mv "$copies/state.new" "$copies/state"
}
give_up() {
  tell "$*"
  exit 1
}

# What the manager asked for: donor and peers, of a file that is whole.
requested() {
  [ "$(tail -n 1 "$copies/request" 2>/dev/null)" = end ] || return 1
  sed -n "s/^$1=//p" "$copies/request"
}

own() { local_psql --dbname "$database" "$@"; }
dsn() { own --set peer="$1" <<<"select synfleet.peer_dsn(:'peer')"; }

# SQL on a peer, as this member: its certificate is its name there.
at() {
  local peer=$1
  shift
  psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 "$(dsn "$peer")" "$@"
}

at_copy() {
  PGOPTIONS="-c client_min_messages=warning" psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 \
    --host "$copy_socket" --username synfleet "$@"
}

# Without pglogical, so that the donor's subscriptions do not start here; without the network; small, as the empty server
# runs beside it.
start_copy() {
  mkdir -p "$copy_socket"
  chmod 0700 "$copy_socket"
  pg_ctl start --silent --wait --timeout 86400 --pgdata "$copy" --log "$copies/log" --options "-c config_file=$configuration/postgresql.conf \
    -c listen_addresses= -c unix_socket_directories=$copy_socket -c shared_preload_libraries= -c hot_standby=off -c logging_collector=off \
    -c log_destination=stderr -c shared_buffers=64MB -c autovacuum=off -c restore_command=/bin/false -c recovery_target=immediate \
    -c recovery_target_action=promote"
}
# Known by its lock below /run, which does not outlive the container: a number in postmaster.pid may be another process.
stop_copy() {
  [ ! -e "$copy_socket/.s.PGSQL.5432.lock" ] || pg_ctl stop --silent --wait --timeout 3600 --pgdata "$copy" --mode "$1"
}
