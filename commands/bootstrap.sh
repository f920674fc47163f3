#!/bin/sh
# Runs a command of Synfleet under the Node that npm brought, whatever the machine's own Node is.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)

# The lock file that npm keeps inside node_modules is written last, so an interrupted install is seen too.
installed="$here/node_modules/.package-lock.json"
if [ ! -x "$here/node_modules/.bin/node" ] || [ ! -f "$installed" ] || [ "$here/package-lock.json" -nt "$installed" ]; then
  echo "synfleet: installing node modules"
  (cd "$here" && npm ci --no-audit --no-fund --loglevel=error)
  touch "$installed"
fi

PATH="$here/node_modules/.bin:$PATH"
export PATH
exec node "$here/commands/main.ts" "$@"
