import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { backup, restore } from "./backup.ts";
import { serve, type Control } from "./control.ts";
import { ask } from "./local.ts";
import { errorText, say } from "./log.ts";
import { Member } from "./member.ts";
import type { Status } from "./peers.ts";
import { paths, readSettings } from "./settings.ts";
import { follow } from "./takeover.ts";

const usage = "usage: synap-admin status | hand-over | promote MEMBER [--accept-data-loss]";

async function main([command = "serve", ...rest]: readonly string[]): Promise<void> {
  switch (command) {
    case "serve":
      return run();
    case "healthy":
      return void (await ask<Status>("GET", "/synfleet/status"));
    case "ready": {
      const { ready, reason } = await ask<Status>("GET", "/synfleet/status");
      if (!ready) throw new Error(reason);
      return;
    }
    case "apply":
      return tell((await ask<{ message: string }>("POST", "/synfleet/apply")).message);
    case "status":
      return tell(JSON.stringify(await ask<Status>("GET", "/synfleet/status"), null, 2));
    case "hand-over":
      return tell((await ask<{ message: string }>("POST", "/synfleet/handover")).message);
    case "promote":
      return promote(rest);
    case "backup":
      return backup(process.stdout);
    case "restore":
      return tell(await restore(process.stdin));
    default:
      throw new Error(`unknown command "${command}"; ${usage}`);
  }
}

async function promote(words: readonly string[]): Promise<void> {
  const [member, ...options] = words;
  const { name } = readSettings();
  const unknown = options.filter((option) => option !== "--accept-data-loss");
  if (member === undefined || unknown.length > 0) throw new Error(usage);
  if (member !== name) {
    throw new Error(
      `member is "${member}", and this is ${name}: run it in the container of the member that is to be master`,
    );
  }
  const body = { acceptDataLoss: options.length > 0 };
  tell((await ask<{ message: string }>("POST", "/synfleet/takeover", body)).message);
}

async function run(): Promise<void> {
  const member = new Member((how) => {
    say("error", "the guard has ended", { how });
    process.exit(1);
  });
  let server = fingerprint();
  const apply = async (): Promise<string> => {
    const before = member.settings;
    member.settings = readSettings();
    member.peers.reload();
    control.reloadTls();
    await member.guard.reload();
    await follow(member);
    const alone = (members: readonly string[]) => members.length === 1;
    const now = fingerprint();
    if (now === server && alone(before.members) === alone(member.settings.members))
      return "reloaded";
    server = now;
    await member.restart("its configuration has changed");
    return "reloaded; the server was started anew with its new configuration";
  };
  const control: Control = serve(member, apply);
  const stop = () => {
    member.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  await member.run();
}

/** Changes with what the server reads at its start alone. */
function fingerprint(): string {
  const hash = createHash("sha256");
  for (const path of [paths.server, paths.password]) {
    if (existsSync(path)) hash.update(readFileSync(path));
    hash.update("\0");
  }
  return hash.digest("hex");
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
});
