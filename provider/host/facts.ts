/** What a host has: read by one constant script over one connection. The rest is pure. */
import { inForce as inForceFunction } from "../../components/host/scripts.ts";
import { FIREWALL_FILE } from "../../components/host/unit.ts";
import type { HostState, InForce, UnitState } from "../../components/host/wanted.ts";

/** Which deployment prepares the host, and the files that were made by it: what is not in there is somebody else's. */
export const OWNER_FILE = "/etc/synfleet/owner";
export const MADE_FILE = "/etc/synfleet/files";

export interface Facts {
  /** `ID` and `ID_LIKE` of /etc/os-release: "ubuntu debian". */
  readonly system: string;
  readonly hasSystemd: boolean;
  /** "" where none has prepared it. */
  readonly owner: string;
  /** Paths of the files that were made by it. */
  readonly made: readonly string[];
  /** Whether it knows which packages there are: a fresh host has not asked yet. */
  readonly knowsPackages: boolean;
  /** By the names that were asked for. "unknown": the distribution has none of them, as far as the host knows. */
  readonly packages: Readonly<Record<string, "installed" | "available" | "unknown">>;
  readonly files: Readonly<Record<string, { readonly content: string; readonly mode: string }>>;
  readonly sysctl: Readonly<Record<string, string>>;
  readonly units: Readonly<Record<string, UnitState>>;
  /** The confirmed rules, where there are some. */
  readonly rules?: string;
  readonly inForce: InForce;
  readonly timeSynchronised: boolean;
}

/** Each word after it is one thing to look at. A line an answer: what, which, and what it is, texts in base64. */
export const factsScript = `set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
say() { printf '%s\\t%s\\t%s\\n' "$@"; }
coded() { base64 --wrap=0 < "$1"; }
${inForceFunction}
[ ! -r /etc/os-release ] || (ID= ID_LIKE=; . /etc/os-release; say system - "$ID $ID_LIKE")
[ ! -d /run/systemd/system ] || say systemd - yes
[ ! -e ${OWNER_FILE} ] || say owner - "$(coded ${OWNER_FILE})"
[ ! -e ${MADE_FILE} ] || say made - "$(coded ${MADE_FILE})"
[ ! -e ${FIREWALL_FILE} ] || say rules - "$(coded ${FIREWALL_FILE})"
if [ -e ${FIREWALL_FILE} ] && in_force 2> /dev/null; then
  say table - yes
elif nft list table inet synfleet > /dev/null 2>&1; then
  say table - other
fi
! ls /var/lib/apt/lists/*Packages* > /dev/null 2>&1 || say lists - yes
say clock - "$(timedatectl show --property NTPSynchronized --value 2> /dev/null)"
package() {
  for name in $(echo "$1" | tr '|' ' '); do
    [ "$(dpkg-query --show --showformat '\${db:Status-Status}' "$name" 2> /dev/null)" != installed ] || { echo installed; return; }
  done
  for name in $(echo "$1" | tr '|' ' '); do
    ! apt-cache policy "$name" 2> /dev/null | grep -q '^  Candidate: [^(]' || { echo available; return; }
  done
  echo unknown
}
for word; do
  kind=\${word%%:*}
  key=\${word#*:}
  case $kind in
  package) say package "$key" "$(package "$key")" ;;
  file) [ ! -f "$key" ] || say file "$key" "$(stat --dereference --format %a "$key") $(coded "$key")" ;;
  sysctl) at=/proc/sys/$(echo "$key" | tr . /); [ ! -r "$at" ] || say sysctl "$key" "$(tr '\\t' ' ' < "$at")" ;;
  unit) say unit "$key" "$(systemctl is-enabled "$key" 2> /dev/null) $(systemctl is-active "$key" 2> /dev/null)" ;;
  esac
done
say end - -`;

/** The script's words: what a host that has to be so is asked about. */
export function factsWords(wanted: HostState): string[] {
  const restarted = Object.values(wanted.files).flatMap(({ restarts }) => restarts ?? []);
  const units = new Set([...Object.keys(wanted.units), ...restarted]);
  return [
    ...Object.keys(wanted.packages).map((name) => `package:${name}`),
    ...Object.keys(wanted.files).map((path) => `file:${path}`),
    ...Object.keys(wanted.sysctl).map((key) => `sysctl:${key}`),
    ...[...units].map((unit) => `unit:${unit}`),
  ];
}

const decoded = (text: string) => Buffer.from(text, "base64").toString();

/** What the script said. Throws where it did not come to its end: half of the facts would look like drift. */
export function parseFacts(text: string): Facts {
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.at(-1) !== "end\t-\t-") throw new Error("the answer is cut off");
  const answers = lines.map((line) => line.split("\t") as [string, string, string]);
  const all = (what: string) => answers.filter(([kind]) => kind === what);
  const one = (what: string) => all(what)[0]?.[2];
  const record = <T>(what: string, value: (answer: string) => T): Record<string, T> =>
    Object.fromEntries(all(what).map(([, key, answer]) => [key, value(answer)]));
  const rules = one("rules");
  return {
    system: one("system")?.trim() ?? "",
    hasSystemd: one("systemd") === "yes",
    owner: decoded(one("owner") ?? "").trim(),
    made: decoded(one("made") ?? "")
      .split("\n")
      .filter((path) => path !== ""),
    knowsPackages: one("lists") === "yes",
    packages: record("package", (answer) => answer as Facts["packages"][string]),
    files: record("file", (answer) => {
      const [mode = "", content = ""] = answer.split(" ");
      return { mode: mode.padStart(4, "0"), content: decoded(content) };
    }),
    sysctl: record("sysctl", (answer) => answer),
    units: record("unit", (answer) => {
      const [enabled, active] = answer.split(" ");
      return { enabled: enabled === "enabled", active: active === "active" };
    }),
    ...(rules !== undefined && { rules: decoded(rules) }),
    inForce: (one("table") ?? "no") as InForce,
    timeSynchronised: one("clock") === "yes",
  };
}
