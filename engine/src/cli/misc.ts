/** cancel, login, logout and whoami. */
import { userInfo } from "node:os";
import { join } from "node:path";
import { EXIT, EngineError, unsupported } from "../errors.ts";
import { pulumiHome, readCredentials, type Credentials } from "../state/backend.ts";
import { readIfThere, writeAtomically } from "../state/files.ts";
import { breakLocks } from "../state/lock.ts";
import type { Session } from "./session.ts";

/** Without a terminal it does not ask, as the CLI does not. */
export async function cancel(session: Session): Promise<number> {
  const [given] = session.arguments.positional;
  if (given !== undefined && session.arguments.text("stack"))
    throw new EngineError("only one of --stack or argument stack name may be specified, not both");
  const files = await session.stackFiles(given);
  await files.loadExisting();
  if (session.interactive && !session.arguments.flag("yes")) {
    const answer = await session.ask!(
      `This will irreversibly cancel the currently running update for '${files.stack}'!\n` +
        `Please confirm that this is what you'd like to do by typing \`${files.stack}\`: `,
    );
    if (answer !== files.stack) session.decline();
  }
  await breakLocks(files.locks);
  session.print(`The currently running update for '${files.stack}' has been canceled!`);
  return EXIT.ok;
}

const credentialsPath = (session: Session): string =>
  join(pulumiHome(session.env), "credentials.json");

async function loadCredentials(session: Session): Promise<Credentials> {
  const path = credentialsPath(session);
  return readCredentials((await readIfThere(path)) ?? "{}", path);
}

export async function login(session: Session): Promise<number> {
  const args = session.arguments;
  const url =
    args.positional[0] ?? args.text("cloud-url") ?? (args.flag("local") ? "file://~" : undefined);
  if (url === undefined || !url.startsWith("file://"))
    throw unsupported(
      `\`login\` to ${url ?? "Pulumi Cloud"} (\`login --local\` and \`login file://…\` are)`,
    );
  const credentials = await loadCredentials(session);
  credentials.current = url;
  credentials.accounts = { ...credentials.accounts, [url]: credentials.accounts?.[url] ?? {} };
  await writeAtomically(credentialsPath(session), JSON.stringify(credentials, undefined, 4));
  session.print(`Logged in to ${userInfo().username} (${url})`);
  return EXIT.ok;
}

export async function logout(session: Session): Promise<number> {
  const credentials = await loadCredentials(session);
  const url = session.arguments.positional[0] ?? credentials.current;
  if (url === undefined) return EXIT.ok;
  const others = Object.entries(credentials.accounts ?? {}).filter(([name]) => name !== url);
  credentials.accounts = Object.fromEntries(others);
  if (credentials.current === url) delete credentials.current;
  await writeAtomically(credentialsPath(session), JSON.stringify(credentials, undefined, 4));
  session.print(`Logged out of ${url}`);
  return EXIT.ok;
}

export async function whoami(session: Session): Promise<number> {
  const { username } = userInfo();
  if (!session.wantsJson && !session.arguments.flag("verbose")) session.print(username);
  else {
    const { url } = await session.backend();
    if (session.wantsJson) session.print(JSON.stringify({ user: username, url }, undefined, 2));
    else
      session.print(
        `User: ${username}\nOrganizations: \nBackend URL: ${url}\nToken type: personal`,
      );
  }
  return EXIT.ok;
}
