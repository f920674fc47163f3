/**
 * The shell texts that run as root on a machine with systemd. They are constant: names come in as words, and contents,
 * secret or not, by standard input, where no list of processes and no environment shows them. Pure.
 */
import { shellWords } from "../platform/shell.ts";
import { fileName, MARK, unitName, userName } from "./unit.ts";

const begin = `set -eu
umask 077
name=$1
unit=/etc/systemd/system/$name.service
folder=/etc/synfleet/$name
fail() { echo "$name: $*" >&2; exit 1; }
[ -d /run/systemd/system ] || fail "systemd does not run this machine. Choose one that it runs, or run the service in a container"
ours() { head -n 1 "$unit" | grep -qxF "${MARK}"; }`;

/**
 * Words: name, user, program, seconds, then the command that tells health. Standard input: a file a line, as kind, name
 * and content in base64, and "end". All files change at once, by a link; a run that was cut off is done again by the next.
 */
const install = `${begin}
user=$2 program=$3 seconds=$4
shift 4
[ -x "$program" ] || fail "nothing was changed: $program is not there, or no program. Put it there first"
known=$(systemctl show --property FragmentPath --value "$name.service")
if [ -n "$known" ] && { [ "$known" != "$unit" ] || ! ours; }; then
  fail "nothing was changed: the machine has a unit of that name already, $known. Choose another name"
fi
mkdir -p /etc/synfleet
chmod 755 /etc/synfleet
new=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$new"' EXIT
cat > "$new/.received"
[ "$(tail -n 1 "$new/.received")" = end ] || fail "nothing was changed: the files did not arrive whole. Run it again"
digest=$(sha256sum < "$new/.received")
mkdir "$new/secrets"
while read -r kind file content; do
  case $kind in
    unit) target=$new/.unit mode=644 ;;
    plain) target=$new/$file mode=644 ;;
    secret) target=$new/secrets/$file mode=400 ;;
    *) continue ;;
  esac
  printf %s "$content" | base64 -d > "$target"
  chmod "$mode" "$target"
done < "$new/.received"
rm "$new/.received"
chmod 755 "$new"
id -u "$user" > /dev/null 2>&1 ||
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
uid=$(id -u "$user")
{ [ "$uid" -gt 0 ] && [ "$uid" -lt 1000 ]; } ||
  fail "nothing was changed: user $user has number $uid and is no system user (1 to 999). Choose another name"
if [ "$(cat "$folder/.applied" 2> /dev/null || true)" = "$digest" ] && cmp -s "$new/.unit" "$unit"; then
  systemctl enable --quiet --now "$name.service"
  applied=$(readlink -f "$folder")
else
  applied=$new
  trap - EXIT
  ln -s "$new" "$new/.link"
  mv -T "$new/.link" "$folder"
  cp "$new/.unit" "$unit.synfleet"
  mv "$unit.synfleet" "$unit"
  for old in "$folder".??????; do [ "$old" = "$new" ] || rm -rf "$old"; done
  systemctl daemon-reload
  systemctl enable --quiet "$name.service"
  systemctl restart "$name.service" || true
fi
healthy() (
  state=$(systemctl is-active "$name.service") || { echo "it is $state"; exit 1; }
  cd /
  exec setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs "$@"
)
deadline=$(($(date +%s) + seconds))
until reason=$(healthy "$@" 2>&1); do
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "$name is not healthy after $seconds s: $reason" >&2
    echo "the end of its log:" >&2
    journalctl --unit "$name.service" --lines 20 --no-pager >&2
    exit 1
  fi
  sleep 1
done
printf "%s\\n" "$digest" > "$applied/.applied"`;

/** Words: name. The data and its user stay. */
const remove = `${begin}
if [ -e "$unit" ]; then
  ours || fail "nothing was changed: $unit is not the one that was installed. Remove it by hand"
  systemctl disable --quiet --now "$name.service"
  rm "$unit"
  systemctl daemon-reload
fi
rm -rf "$folder" "$folder".??????
rmdir /etc/synfleet 2> /dev/null || true
echo "data stays in /var/lib/synfleet/$name"`;

/** Reads the script first, since Pulumi shows the command in full in each error, and not what it read. */
const received = `read -r script && eval "$(printf %s "$script" | base64 -d)"`;

export interface InstallArgs {
  readonly name: string;
  readonly user: string;
  readonly program: string;
  readonly health: readonly string[];
  readonly readySeconds: number;
}

/** Command for the shell of `login`. */
export function installCommand(login: string, args: InstallArgs): string {
  const { name, user, program, health, readySeconds } = args;
  if (!Number.isSafeInteger(readySeconds) || readySeconds < 1) {
    throw new Error(`readySeconds is ${readySeconds}. Allowed: a whole number from 1. Change it.`);
  }
  if (health.length === 0 || health.some((word) => /\p{Cc}/u.test(word))) {
    throw new Error(
      `health is ${JSON.stringify(health)}. Allowed: a program and its words, without control characters. Name a command that ends well when the service answers.`,
    );
  }
  const words = [unitName(name), userName(user), program, `${readySeconds}`, ...health];
  return asRoot(login, received, words);
}

export function removeCommand(login: string, name: string): string {
  return asRoot(login, remove, [unitName(name)]);
}

function asRoot(login: string, script: string, words: readonly string[]): string {
  const sudo = login === "root" ? "" : "sudo -n ";
  return `exec ${sudo}/bin/sh -c ${shellWords([script, "synfleet", ...words])}`;
}

export interface Delivered {
  readonly kind: "unit" | "plain" | "secret";
  readonly name: string;
  readonly content: string;
}

/** What the command reads: the installation, then what is installed. */
export function delivery(files: readonly Delivered[]): string {
  const encoded = (text: string) => Buffer.from(text, "utf8").toString("base64");
  const lines = files.map(
    ({ kind, name, content }) => `${kind} ${fileName(name)} ${encoded(content)}\n`,
  );
  return `${encoded(install)}\n${lines.join("")}end\n`;
}
