/** Runs a command as root on a host, by the machine's own ssh. */
import { spawn } from "node:child_process";
import { sshOptions } from "../../components/platform/docker/reach.ts";
import { shellWords } from "../../components/platform/shell.ts";
import type { HostLogin } from "../../components/host/wanted.ts";
import { NO_ROOT, type Ended } from "./error.ts";
import type { HostCommand } from "./scripts.ts";

/** The words after `ssh`. Each command has a connection of its own, which is what proves that rules let one be made. Pure. */
export function sshWords(login: HostLogin, { words }: HostCommand): string[] {
  const { name, address, user, port } = login;
  const asRoot = `if [ "$(id -u)" = 0 ]; then exec "$@"; fi
sudo -n true || exit ${NO_ROOT}
exec sudo -n -- "$@"`;
  return [
    ...sshOptions({ name, address, ssh: login }),
    ...["-o", "ControlMaster=no", "-o", "ControlPath=none", "-o", "LogLevel=ERROR"],
    ...["-T", "-l", user, "-p", String(port), "--", address],
    shellWords(["/bin/sh", "-c", asRoot, "synfleet", ...words]),
  ];
}

export function runOn(login: HostLogin, command: HostCommand): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", sshWords(login, command), { stdio: "pipe" });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => (said[stream] += text));
    child.once("error", reject);
    // A signal is not the host's answer: as with a connection that broke, nothing is known.
    child.once("close", (code) => resolve({ code: code ?? 255, ...said }));
    // It may end before it has read.
    child.stdin.on("error", () => undefined).end(command.input ?? "");
  });
}
