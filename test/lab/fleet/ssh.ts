/** Keys of a lab: made with it, gone with it. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { must, printed } from "../process.ts";
import type { Host } from "./host.ts";

export async function makeKey(folder: string): Promise<void> {
  await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder, "key")]);
}

/** Only keys that the lab itself has read are believed, and nothing of the person who runs it is looked at. */
export function sshConfig(folder: string): string {
  return `IdentityFile ${join(folder, "key")}
IdentitiesOnly yes
UserKnownHostsFile ${join(folder, "known_hosts")}
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
HostKeyAlgorithms ssh-ed25519
PreferredAuthentications publickey
BatchMode yes
ConnectTimeout 10
LogLevel ERROR
`;
}

/** Admits the lab's key as a provider does when it makes a server, and has the lab know the host by name and addresses. */
export async function authorize(host: Host, folder: string): Promise<void> {
  const key = await readFile(join(folder, "key.pub"), "utf8");
  const admit = `for user in root maintainer; do
    home=$(getent passwd $user | cut -d: -f6)
    install -d -m 700 -o $user -g $user "$home/.ssh"
    printf '%s\\n' "$1" > "$home/.ssh/authorized_keys"
    chown $user: "$home/.ssh/authorized_keys"
  done`;
  const words = ["sh", "-ec", admit, "admit", key.trim()];
  printed(words, await host.console(words));
  await appendFile(join(folder, "known_hosts"), host.knownHosts);
  await appendFile(
    join(folder, "ssh_config"),
    `Host ${host.name}\n  HostName ${host.address}\n  User ${host.user}\n`,
  );
}
