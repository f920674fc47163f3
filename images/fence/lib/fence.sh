# shellcheck shell=bash disable=SC2154
# Sourced by the programs of the fence image, after common.sh.

[ -r "$run/fence.conf" ] || fail "the fence is not started yet"
# Those that the running fence was started for.
members() { sed -n 's/^members=//p' "$run/fence.conf" | tr , ' '; }
# What the fence last saw of a member, or of etcd.
state_of() { sed -n "s/^$1 //p" "$run/state" 2>/dev/null | grep .; }
