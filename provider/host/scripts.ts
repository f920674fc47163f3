/** The shell texts by which a host is changed, one a kind of step. They are constant; what differs comes as words and by standard input. Pure. */
import { TABLE } from "../../components/host/firewall.ts";
import {
  FIREWALL_FILE,
  FIREWALL_UNIT,
  FIREWALL_UNIT_FILE,
  NFTABLES_DROP_IN,
} from "../../components/host/unit.ts";
import { DAEMON_FILE, SYSCTL_FILE } from "../../components/host/wanted.ts";
import { MADE_FILE, OWNER_FILE } from "./facts.ts";
import type { Step } from "./steps.ts";

const begin = `set -eu
umask 022
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
fail() { echo "$*" >&2; exit 1; }
mkdir -p /etc/synfleet`;

/** Standard input: the owner's name. */
const own = `${begin}
cat > ${OWNER_FILE}`;

/** Standard input: the content. Words: path and mode. The file is the old one or the new one, whenever the host fails. */
const file = `${begin}
mkdir -p "$(dirname "$1")"
new=$1.synfleet-new
trap 'rm -f "$new"' EXIT
cat > "$new"
chmod "$2" "$new"
if [ "$1" = ${DAEMON_FILE} ] && command -v dockerd > /dev/null && dockerd --help | grep -q -e --validate; then
  dockerd --validate --config-file "$new" > /dev/null || fail "nothing was changed: dockerd refuses $1"
fi
grep -qxF "$1" ${MADE_FILE} 2> /dev/null || echo "$1" >> ${MADE_FILE}
sync "$new"
mv -f "$new" "$1"`;

/** Words: packages, "a | b" for the first of two, and "?a" for what is left out where there is none. Nothing is removed and nothing asked. */
const packages = `${begin}
export DEBIAN_FRONTEND=noninteractive
apt() { apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@" < /dev/null; }
apt update
for word; do
  shift
  optional=
  case $word in \\?*) optional=yes; word=\${word#?} ;; esac
  name=
  for choice in $(echo "$word" | tr '|' ' '); do
    [ -n "$name" ] || ! apt-cache policy "$choice" | grep -q '^  Candidate: [^(]' || name=$choice
  done
  [ -n "$name$optional" ] || fail "no package $word in what /etc/apt/sources.list names"
  [ -z "$name" ] || set -- "$@" "$name"
done
[ $# = 0 ] || apt install --no-remove --no-install-recommends "$@"`;

const reloadUnits = `${begin}
systemctl daemon-reload`;

/** Words: key=value. */
const sysctl = `${begin}
for word; do
  key=\${word%%=*}
  echo "\${word#*=}" > "/proc/sys/$(echo "$key" | tr . /)" || fail "the kernel refuses $word"
done`;

/** Word: the unit. Docker takes \`live-restore\` while it runs, and then leaves the containers alone when it is restarted. */
const restart = `${begin}
if [ "$1" = docker.service ] && grep -q '"live-restore": true' ${DAEMON_FILE}; then
  systemctl reload "$1"
  tries=0
  until [ "$(docker info --format '{{.LiveRestoreEnabled}}')" = true ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "Docker was not restarted: it does not take live-restore, and its containers would end"
    sleep 0.1
  done
fi
systemctl restart "$1" || { systemctl status --no-pager --lines 10 "$1" >&2; exit 1; }`;

/** Words: the unit, and what to do. */
const unit = `${begin}
unit=$1
shift
for verb; do
  systemctl --quiet "$verb" "$unit" || { systemctl status --no-pager --lines 10 "$unit" >&2; exit 1; }
done`;

/** Word: seconds. The kernel's own word for it, whichever program sets the clock. */
const clock = `${begin}
tries=0
until [ "$(timedatectl show --property NTPSynchronized --value)" = yes ]; do
  tries=$((tries + 1))
  [ $tries -lt "$1" ] || fail "its clock is not synchronised"
  sleep 1
done`;

/** Leaves packages, Docker with its settings and its data, and the running kernel's settings. */
const leave = `${begin}
systemctl disable --quiet ${FIREWALL_UNIT} 2> /dev/null || true
systemctl stop ${FIREWALL_UNIT} synfleet-firewall-rollback.timer 2> /dev/null || true
rm -f ${NFTABLES_DROP_IN} ${FIREWALL_UNIT_FILE} ${SYSCTL_FILE}
rmdir "$(dirname ${NFTABLES_DROP_IN})" 2> /dev/null || true
systemctl daemon-reload
! nft list table inet ${TABLE} > /dev/null 2>&1 || nft delete table inet ${TABLE}
rm -f ${FIREWALL_FILE} ${FIREWALL_FILE}.candidate ${FIREWALL_FILE}.refused /etc/synfleet/firewall-rollback ${OWNER_FILE}
# Docker's settings stay, and stay ours.
if grep -xF ${DAEMON_FILE} ${MADE_FILE} > ${MADE_FILE}.new 2> /dev/null; then
  mv ${MADE_FILE}.new ${MADE_FILE}
else
  rm -f ${MADE_FILE} ${MADE_FILE}.new
fi
rmdir /etc/synfleet 2> /dev/null || true`;

export const CLOCK_SECONDS = 60;

export interface HostCommand {
  readonly words: readonly string[];
  readonly input?: string;
}

const shell = (text: string, words: readonly string[] = [], input?: string): HostCommand => ({
  words: ["/bin/sh", "-c", text, "synfleet", ...words],
  ...(input !== undefined && { input }),
});

/** The command of a step. Rules are no single command: they are confirmed over another connection. */
export function commandOf(step: Exclude<Step, { kind: "firewall" }>): HostCommand {
  switch (step.kind) {
    case "own":
      return shell(own, [], `${step.owner}\n`);
    case "file":
      return shell(file, [step.path, step.mode], step.content);
    case "packages":
      return shell(packages, [...step.install, ...step.optional.map((name) => `?${name}`)]);
    case "reloadUnits":
      return shell(reloadUnits);
    case "sysctl":
      return shell(
        sysctl,
        Object.entries(step.values).map(([key, value]) => `${key}=${value}`),
      );
    case "restart":
      return shell(restart, [step.unit]);
    case "unit":
      return shell(unit, [
        step.unit,
        ...(step.enable ? ["enable"] : []),
        ...(step.start ? ["start"] : []),
      ]);
    case "clock":
      return shell(clock, [String(CLOCK_SECONDS)]);
  }
}

export const leaveCommand = shell(leave);
