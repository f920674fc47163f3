import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's own folder. */
export const projectDirectory = fileURLToPath(new URL("../..", import.meta.url));

/** The policies that every deployment by these commands is held to. */
export const policyPack = join(projectDirectory, "policy");

/** Where Pulumi.yaml and the stacks' configuration files are: the project, unless a site keeps its own elsewhere. */
export const stacksDirectory = process.env["SYNFLEET_STACKS"] || projectDirectory;

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
