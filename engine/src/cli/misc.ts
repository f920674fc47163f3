/** cancel, login, logout and whoami. */
import { userInfo } from "node:os";
import { join } from "node:path";
import { EXIT, EngineError, unsupported } from "../errors.ts";
import { pulumiHome } from "../state/backend.ts";
import { readIfThere, writeAtomically } from "../state/files.ts";
import { breakLocks } from "../state/lock.ts";
import type { Session } from "./session.ts";

export async function cancel(session: Session): Promise<number> {
  const files = await session.stackFiles(session.arguments.positional[0]);
  await files.loadExisting();
  if (!session.arguments.flag("yes")) {
    if (!session.interactive)
      throw new EngineError("non-interactive mode requires --yes flag", EXIT.configuration);
    const yes = await session.confirm(
      `This will irreversibly cancel the currently running update for '${files.stack}'! Are you sure? (yes/no) `,
    );
    if (!yes) throw new EngineError("confirmation declined", EXIT.cancelled);
  }
  const broken = await breakLocks(files.locks);
  session.print(
    `The currently running update for '${files.stack}' has been canceled (${broken} lock(s) removed)!`,
  );
  return EXIT.ok;
}

interface Credentials {
  current?: string;
  accounts?: { [url: string]: object };
}

const credentialsPath = (session: Session): string =>
  join(pulumiHome(session.env), "credentials.json");

async function readCredentials(session: Session): Promise<Credentials> {
  return JSON.parse((await readIfThere(credentialsPath(session))) ?? "{}") as Credentials;
}

export async function login(session: Session): Promise<number> {
  const args = session.arguments;
  const url =
    args.positional[0] ?? args.text("cloud-url") ?? (args.flag("local") ? "file://~" : undefined);
  if (url === undefined || !url.startsWith("file://"))
    throw unsupported(
      `\`login\` to ${url ?? "Pulumi Cloud"} (\`login --local\` and \`login file://…\` are)`,
    );
  const credentials = await readCredentials(session);
  credentials.current = url;
  credentials.accounts = { ...credentials.accounts, [url]: credentials.accounts?.[url] ?? {} };
  await writeAtomically(credentialsPath(session), JSON.stringify(credentials, undefined, 4));
  session.print(`Logged in to ${userInfo().username} (${url})`);
  return EXIT.ok;
}

export async function logout(session: Session): Promise<number> {
  const credentials = await readCredentials(session);
  const url = session.arguments.positional[0] ?? credentials.current;
  if (url === undefined) return EXIT.ok;
  const others = Object.entries(credentials.accounts ?? {}).filter(([name]) => name !== url);
  credentials.accounts = Object.fromEntries(others);
  if (credentials.current === url) delete credentials.current;
  await writeAtomically(credentialsPath(session), JSON.stringify(credentials, undefined, 4));
  session.print(`Logged out of ${url}`);
  return EXIT.ok;
}

export function whoami(session: Session): Promise<number> {
  const { username } = userInfo();
  session.print(session.arguments.flag("json") ? JSON.stringify({ user: username }) : username);
  return Promise.resolve(EXIT.ok);
}
