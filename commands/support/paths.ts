import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's own folder. */
export const projectDirectory = fileURLToPath(new URL("../..", import.meta.url));

/** What a person's machine keeps between runs and must not be in git: the passphrase of the dev stack. */
export const configDirectory = join(
  process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"),
  "synfleet",
);

/** What can be made again at any time: builds, and what was found out about this machine. */
export const cacheDirectory = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "synfleet",
);
