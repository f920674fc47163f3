/** The two engines under comparison, as commands. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Engine {
  readonly name: "offline" | "cli";
  readonly command: string;
  readonly prefix: readonly string[];
  readonly env: { readonly [name: string]: string };
  /** Where its plugins are, to be seen from the home folder of a case. */
  readonly plugins?: string;
  readonly versions: { readonly [part: string]: string };
}

/**
 * Programs run on the Node.js that runs this, on both engines. Under npm, node_modules/.bin is in PATH; the `pulumi` in there
 * is a downloader, which is not what is looked for.
 */
const PATH = [dirname(process.execPath), ...(process.env["PATH"] ?? "").split(delimiter)]
  .filter((directory) => !/node_modules\/\.bin\/?$/.test(directory))
  .join(delimiter);

export const offline: Engine = {
  name: "offline",
  command: process.execPath,
  prefix: [fileURLToPath(new URL("../src/main.ts", import.meta.url))],
  env: { PATH },
  versions: {},
};

/** The packages that cases use, in the versions of this repository. */
const PACKAGES = ["random", "tls", "command", "docker", "kubernetes"];

function wantedVersion(pkg: string): string {
  const url = new URL(`../../node_modules/@pulumi/${pkg}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, "utf8")) as { version: string }).version;
}

/** The CLI where it is normally installed; a sentence on what is missing when it cannot be compared with. */
export function findCli(): Engine | string {
  const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const path = [PATH, join(home, "bin")].join(delimiter);
  let version: string;
  try {
    version = execFileSync("pulumi", ["version"], {
      env: { ...process.env, PATH: path, PULUMI_SKIP_UPDATE_CHECK: "1" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "no Pulumi CLI in PATH";
  }
  const plugins = join(home, "plugins");
  const installed = existsSync(plugins) ? readdirSync(plugins) : [];
  const versions: { [part: string]: string } = { pulumi: version };
  for (const pkg of PACKAGES) {
    const wanted = wantedVersion(pkg);
    if (!installed.includes(`resource-${pkg}-v${wanted}`))
      return `no Pulumi CLI with its plugin ${pkg} ${wanted}`;
    versions[pkg] = wanted;
  }
  return {
    name: "cli",
    command: "pulumi",
    prefix: [],
    env: {
      PATH: path,
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "1",
      // Without it the CLI does not know --event-log.
      PULUMI_DEBUG_COMMANDS: "true",
    },
    plugins,
    versions,
  };
}
