# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the programs of every image.

configuration=/etc/synfleet
data=/var/lib/synfleet
run=/run/synfleet

say() { printf 'synfleet: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

need_files() {
  local file
  for file in "$@"; do
    [ -r "$file" ] || fail "$file is missing or not readable by uid $(id -u). It belongs to the configuration volume at $configuration: deploy the stack again."
  done
}

# Options of the program, one a line, in a file that the deployment may leave out.
read_arguments() {
  arguments=()
  if [ -r "$configuration/arguments" ]; then
    mapfile -t arguments < <(sed -e 's/[[:space:]]*$//' -e '/^$/d' -e '/^#/d' "$configuration/arguments")
  fi
}

# Remembers what the running program was started with, so that `apply` can tell whether a restart is due.
# Only hashes are kept: the files may hold passwords.
remember() {
  mkdir -p "$run"
  fingerprint "$@" >"$run/started-with"
}
unchanged_since_start() {
  [ -r "$run/started-with" ] && [ "$(fingerprint "$@")" = "$(cat "$run/started-with")" ]
}
fingerprint() {
  local file
  for file in "$@"; do
    if [ -r "$file" ]; then sha256sum "$file"; else echo "absent $file"; fi
  done
}
