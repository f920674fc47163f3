/** Which commands of the Pulumi CLI this engine carries out, with which flags, and which it leaves to the CLI. */
import { readFlag, type Flag } from "./flags.ts";

export interface Command {
  readonly summary: string;
  /** Behind the command's name in its usage line; a trailing "..." takes any number. */
  readonly arguments: readonly string[];
  readonly aliases: readonly string[];
  readonly flags: { readonly [name: string]: Flag };
  /** The CLI's flags that this engine refuses by name; "neo/n" has a short form. */
  readonly refused: readonly string[];
}

const split = (text: string): string[] => text.split(/\s+/).filter(Boolean);

function command(
  summary: string,
  usage: string,
  flags: string,
  more: { refused?: string; aliases?: string } = {},
): Command {
  return {
    summary,
    arguments: split(usage),
    aliases: split(more.aliases ?? ""),
    flags: Object.fromEntries(split(flags).map(readFlag)),
    refused: split(more.refused ?? ""),
  };
}

/** Of every command that acts on resources. */
const RUN =
  "config-file diff event-log exec-agent exec-kind message parallel skip-plugin-pre-install stack " +
  "suppress-outputs suppress-permalink suppress-progress";
const NOT_RUN = "debug urns";
const PROGRAM = `${RUN} show-full-output exclude-dependents expect-no-changes policy-pack policy-pack-config refresh replace show-secrets target target-dependents target-replace`;
const NOT_PROGRAM =
  `${NOT_RUN} config/c config-path ignore-protect run-program ` +
  "show-config show-policy-remediations show-reads show-replacement-steps show-sames " +
  "skip-config-validation";
const STATE_ONLY = `${RUN} preview-only skip-preview target target-dependents yes`;
const NOT_STATE_ONLY = `${NOT_RUN} config/c config-path json/j run-program show-replacement-steps show-sames skip-config-validation`;
/** Of the CLI's own services. */
const REMOTE = "client neo neo-task-on-failure output override-env";

export const COMMANDS: { readonly [name: string]: Command } = {
  up: command(
    "Create or update the resources in a stack",
    "[template|url]",
    `${PROGRAM} continue-on-error exclude skip-preview yes`,
    {
      aliases: "update",
      refused: `${REMOTE} ${NOT_PROGRAM} attach-debugger json/j plan secrets-provider strict`,
    },
  ),
  preview: command(
    "Show a preview of updates to a stack's resources",
    "",
    `${PROGRAM} exclude/x json`,
    {
      aliases: "pre",
      refused: `${REMOTE} ${NOT_PROGRAM} attach-debugger import-file save-plan`,
    },
  ),
  refresh: command(
    "Refresh the resources in a stack",
    "",
    `${STATE_ONLY} exclude/x exclude-dependents expect-no-changes`,
    {
      refused:
        `${REMOTE} ${NOT_STATE_ONLY} clear-pending-creates ` +
        "import-pending-creates skip-pending-creates",
    },
  ),
  destroy: command(
    "Destroy all existing resources in the stack",
    "",
    `${STATE_ONLY} continue-on-error exclude/x refresh remove show-full-output`,
    {
      aliases: "down dn",
      refused: `${REMOTE} ${NOT_STATE_ONLY} exclude-protected ignore-protect show-config`,
    },
  ),
  cancel: command("Cancel a stack's currently running update, if any", "[stack-name]", "stack yes"),
  stack: command("Show a stack", "", "show-ids show-name show-secrets show-urns stack", {
    refused: "output",
  }),
  "stack new": command(
    "Create an empty stack",
    "[[org-name/]<stack-name>]",
    "no-select secrets-provider stack yes",
    { aliases: "init create setup", refused: "copy-config-from remote-config teams" },
  ),
  "stack select": command(
    "Make a stack the current one",
    "[stack]",
    "create secrets-provider stack",
  ),
  "stack unselect": command("Have no current stack", "", ""),
  "stack list": command("List stacks", "", "all/a json output", {
    aliases: "ls",
    refused: "organization/o project/p tag/t",
  }),
  "stack output": command(
    "Show the outputs of a stack",
    "[property-name]",
    "json shell show-secrets stack",
  ),
  "stack export": command("Print the state of a stack", "", "file show-secrets stack", {
    refused: "version",
  }),
  "stack import": command("Replace the state of a stack by an export", "", "file force stack"),
  "stack rename": command("Rename a stack", "<new-stack-name>", "stack"),
  "stack remove": command(
    "Remove a stack and its configuration",
    "[stack-name]",
    "force preserve-config remove-backups stack yes",
    { aliases: "rm delete" },
  ),
  "stack history": command(
    "Show what was done to a stack",
    "",
    "full-dates json output page page-size show-secrets stack",
    { aliases: "hist" },
  ),
  config: command("Show the configuration", "", "config-file json show-secrets stack", {
    refused: "open",
  }),
  "config get": command("Show one value", "<key>", "config-file json path stack", {
    refused: "open",
  }),
  "config set": command(
    "Set a value",
    "<key> [value]",
    "config-file path plaintext raw secret stack type",
  ),
  "config set-all": command(
    "Set several values",
    "",
    "config-file json=text path plaintext=list secret=list stack",
  ),
  "config remove": command("Remove a value", "<key>", "config-file path stack", {
    aliases: "rm delete",
  }),
  "config remove-all": command("Remove several values", "<key>...", "config-file path stack", {
    aliases: "rm-all delete-all",
  }),
  "config copy": command("Copy values to another stack", "[key]", "config-file dest path stack", {
    aliases: "cp",
  }),
  "config refresh": command(
    "Bring the file back to the configuration of the last update",
    "",
    "config-file force stack",
  ),
  "state remove": command(
    "Forget resources without deleting them",
    "[resource-urn]...",
    "all force/ stack target-dependents yes",
    { aliases: "rm delete" },
  ),
  "state protect": command("Protect resources", "[resource-urn]...", "all stack yes"),
  "state unprotect": command(
    "Take the protection off resources",
    "[resource-urn]...",
    "all stack yes",
  ),
  "state taint": command(
    "Have resources replaced by the next update",
    "[resource-urn]...",
    "stack yes",
  ),
  "state untaint": command("Take that back", "[resource-urn]...", "all stack yes"),
  "state rename": command(
    "Rename a resource in the state",
    "[resource-urn] [new-name]",
    "stack yes",
  ),
  login: command("Choose a backend", "[url]", "cloud-url local", {
    refused:
      "default-org insecure interactive oidc-expiration oidc-org oidc-team oidc-token oidc-user",
  }),
  logout: command("Leave a backend", "[url]", "all cloud-url local"),
  whoami: command("Show who is logged in", "", "json output verbose"),
  version: command("Print the version of the CLI that this engine stands for", "", ""),
};

/** Has no action of its own. */
export const GROUPS: readonly string[] = ["state"];

/** Commands of the CLI that this engine refuses by name. */
export const REFUSED_COMMANDS: readonly string[] = [
  ...split(
    "about api console convert deployment do env gen-completion import insights install logs neo new",
  ),
  ...split("org package plugin policy project schema template watch"),
  ...split("drift get graph migrate schedule tag webhook").map((name) => `stack ${name}`),
  "config env",
  ...split("get move repair upgrade").map((name) => `state ${name}`),
];
/** Other names of refused commands. */
export const REFUSED_ALIASES: { readonly [name: string]: string } = {
  completion: "gen-completion",
  create: "new",
  esc: "env",
  setup: "new",
  "state edit": "state edit",
  "state mv": "state move",
};
