# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the programs of the postgres image, after common.sh.

export PGDATA=$data/pgdata
socket_directory=/run/postgresql
log_directory=$data/log
# In an empty data directory that a finished copy takes the place of.
replaced_mark=replaced-by-copy

# bootstrap.conf is KEY=VALUE lines; it is read, never executed.
setting() {
  sed -n "s/^$1=//p" "$configuration/bootstrap.conf" | head -n 1
}
required_setting() {
  local value
  value=$(setting "$1")
  [ -n "$value" ] || fail "$configuration/bootstrap.conf has no value for $1. Deploy the stack again."
  printf '%s' "$value"
}

# psql as the bootstrap superuser over the local socket. Statement logging is off: passwords pass through here.
local_psql() {
  PGOPTIONS="-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic -c client_min_messages=warning" \
    psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 \
    --host "$socket_directory" --username synfleet "$@"
}
