/** What went wrong on a host: which, what was found, what is allowed, what to do. Pure. */
import type { HostLogin } from "../../components/host/wanted.ts";
import type { Refusal } from "./steps.ts";

export class HostError extends Error {}

export function hostError({ name, address }: HostLogin, found: readonly Refusal[]): HostError {
  const lines = found.map(({ got, allowed, next }) => `got ${got}; allowed: ${allowed}. ${next}`);
  return new HostError(`host ${name} (${address}): ${lines.join("\n  ")}`);
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Exit code by which the host says that it gives no rights of root. */
export const NO_ROOT = 93;
/** ssh's own: the command was never run, or its end is not known. */
const NO_CONNECTION = 255;

const tail = (text: string, lines = 15) => text.trim().split("\n").slice(-lines).join("\n  ");

export const isUnreachable = ({ code }: Ended) => code === NO_CONNECTION;

/** The error that the end of a command is, if it is one. */
export function errorOf(login: HostLogin, doing: string, ended: Ended): HostError | undefined {
  const { code, stderr, stdout } = ended;
  if (code === 0) return undefined;
  return hostError(login, [
    code === NO_CONNECTION
      ? connectionRefusal(login, stderr)
      : code === NO_ROOT
        ? {
            got: `a login ("${login.user}") whose sudo asks for a password, or that has none: ${tail(stderr, 1)}`,
            allowed: "root, or a login whose sudo asks for nothing",
            next: "Set ssh.user to root, or give it NOPASSWD in /etc/sudoers.d on the host.",
          }
        : {
            got: `exit code ${code} while ${doing}: ${tail(stderr || stdout)}`,
            allowed: "0",
            next: "What is done so far stays; see what the last lines say, then run it again.",
          },
  ]);
}

/** By ssh's own words, which are the only ones that it has. */
function connectionRefusal({ user, port, hostKey }: HostLogin, stderr: string): Refusal {
  const said = tail(stderr, 3);
  if (/host key|HOST IDENTIFICATION/i.test(stderr)) {
    return {
      got: `a host that shows another key than it should: ${said}`,
      allowed: hostKey ? "the one in ssh.hostKey" : "the one in known_hosts",
      next: "Compare it with /etc/ssh/ssh_host_ed25519_key.pub at the host's console. Correct ssh.hostKey only if the host was made anew.",
    };
  }
  if (/permission denied|too many authentication/i.test(stderr)) {
    return {
      got: `a host that refuses the login "${user}": ${said}`,
      allowed: "a key; passwords are never sent",
      next: `Add the public key to ~${user}/.ssh/authorized_keys on the host, or set ssh.keyFile.`,
    };
  }
  return {
    got: `no connection to port ${port}: ${said || "it ended without a word"}`,
    allowed: "a host that answers over SSH",
    next: "Nothing is known about it, so nothing was changed in the state. See that it runs and that its address is right, then run it again.",
  };
}
