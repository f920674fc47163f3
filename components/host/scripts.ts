/** The shell texts that run as root on a host, over SSH. They are constant; what differs comes as words and by standard input. Pure. */
import { dirname } from "node:path/posix";
import { TABLE } from "./firewall.ts";
import {
  FIREWALL_FILE,
  FIREWALL_UNIT,
  FIREWALL_UNIT_FILE,
  firewallUnit,
  NFTABLES_DROP_IN,
  nftablesDropIn,
} from "./unit.ts";

/** Rules that nobody has confirmed yet, and the digest of their text. */
const candidate = `${FIREWALL_FILE}.candidate`;
const rollbackUnit = "synfleet-firewall-rollback";

/**
 * Whether the table is the one that the confirmed file makes. The file is loaded where nobody is, in a network of its own, since nft lists rules in
 * other words than they are written in.
 */
export const inForce = `in_force() {
  now=$(nft --stateless list table inet ${TABLE} 2> /dev/null) || return 1
  made=$(unshare --net /bin/sh -c 'nft --file ${FIREWALL_FILE} && nft --stateless list table inet ${TABLE}') || return 1
  [ "$now" = "$made" ]
}`;

const begin = `set -eu
umask 077
PATH=/usr/sbin:/usr/bin:/sbin:/bin
fail() { echo "firewall: $*" >&2; exit 1; }
mkdir -p /etc/synfleet
exec 9> /run/synfleet-firewall.lock
flock 9
${inForce}
digest_of() { sha256sum < "$1" | cut -d' ' -f1; }`;

/** What takes candidates back: to the rules that were confirmed last, or to none. It is written to the host, where no connection is needed. */
const rollback = `${begin}
[ -e ${candidate} ] || exit 0
if [ -e ${FIREWALL_FILE} ]; then
  nft --file ${FIREWALL_FILE}
else
  nft delete table inet ${TABLE}
fi
mv ${candidate} ${FIREWALL_FILE}.refused`;

/**
 * Standard input: the rules. Word: seconds until they are taken back unless they are confirmed. They are in force at its end, and gone after a
 * restart of the host. Where the same rules are confirmed and in force already, nothing happens.
 */
const apply = `${begin}
seconds=$1
[ -d /run/systemd/system ] || fail "nothing was changed: systemd does not run this host. Choose one that it runs"
command -v nft > /dev/null || fail "nothing was changed: nft is not there. Install nftables"
new=${candidate}.new
trap 'rm -f "$new"' EXIT
cat > "$new"
[ -s "$new" ] || fail "nothing was changed: no rules arrived. Run it again"
if [ ! -e ${candidate} ] && cmp -s "$new" ${FIREWALL_FILE} && in_force; then
  exit 0
fi
nft --check --file "$new" || fail "nothing was changed: nft refuses the rules"
cat > /etc/synfleet/firewall-rollback <<'END_OF_ROLLBACK'
${rollback}
END_OF_ROLLBACK
systemctl stop ${rollbackUnit}.timer 2> /dev/null || true
mv "$new" ${candidate}
# Armed before the rules: whatever becomes of this connection, the way back is open.
systemd-run --quiet --collect --unit ${rollbackUnit} --on-active "$seconds" --timer-property AccuracySec=100ms \\
  /bin/sh /etc/synfleet/firewall-rollback
nft --file ${candidate} || { mv ${candidate} ${FIREWALL_FILE}.refused; systemctl stop ${rollbackUnit}.timer; fail "nothing was changed: nft refuses the rules"; }`;

/** Word: the digest of the rules. Only a connection that was made after \`apply\` proves that the rules let one be made. */
const confirm = `${begin}
if [ -e ${candidate} ]; then
  [ "$(digest_of ${candidate})" = "$1" ] || fail "other rules were applied meanwhile. Run it again, and nothing else at the same time"
  mv ${candidate} ${FIREWALL_FILE}
  systemctl stop ${rollbackUnit}.timer 2> /dev/null || true
elif [ ! -e ${FIREWALL_FILE} ] || [ "$(digest_of ${FIREWALL_FILE})" != "$1" ]; then
  fail "the rules were taken back, because they were not confirmed in time. Look whether sshFrom holds the machine that this runs on, then run it again"
fi
cat > ${FIREWALL_UNIT_FILE} <<'END_OF_UNIT'
${firewallUnit}END_OF_UNIT
mkdir -p ${dirname(NFTABLES_DROP_IN)}
cat > ${NFTABLES_DROP_IN} <<'END_OF_UNIT'
${nftablesDropIn}END_OF_UNIT
chmod 755 ${dirname(NFTABLES_DROP_IN)}
chmod 644 ${FIREWALL_UNIT_FILE} ${NFTABLES_DROP_IN}
systemctl daemon-reload
systemctl enable --quiet --now ${FIREWALL_UNIT}`;

/** Puts the rules of standard input in force, for so many seconds. */
export function applyFirewallCommand(seconds: number): readonly string[] {
  if (!Number.isSafeInteger(seconds) || seconds < 5 || seconds > 600)
    throw new Error(
      `seconds is ${seconds}. Allowed: a whole number from 5, in which a connection is made, to 600, for which a host may be closed by mistake. Change it.`,
    );
  return ["/bin/sh", "-c", apply, "synfleet", String(seconds)];
}

/** Keeps the rules, over restarts too. It has to come over a connection of its own. */
export function confirmFirewallCommand(digest: string): readonly string[] {
  if (!/^[0-9a-f]{64}$/.test(digest))
    throw new Error(`digest is "${digest}". Allowed: SHA-256 of the rules, 64 digits of 0-9a-f.`);
  return ["/bin/sh", "-c", confirm, "synfleet", digest];
}
