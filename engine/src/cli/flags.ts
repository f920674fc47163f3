/** The flags of the Pulumi CLI that this engine knows: how each is spelled, what it takes and what it does. */

/** words: a list that may be given with commas, or flag by flag. */
export type Kind = "flag" | "text" | "number" | "list" | "words";

export interface Flag {
  readonly kind: Kind;
  readonly short?: string;
  /** The value of the flag alone; a flag with it takes a value only behind "=". */
  readonly alone?: string;
  readonly help: string;
}

const flag = (help: string, short?: string): Flag => ({ kind: "flag", short, help });
const text = (help: string, short?: string): Flag => ({ kind: "text", short, help });
const list = (help: string, short?: string): Flag => ({ kind: "list", short, help });
const words = (help: string): Flag => ({ kind: "words", help });

/** A command names them; "exclude/x" is --exclude with the short form -x, "json=text" one that takes a text there. */
export const FLAGS: { readonly [name: string]: Flag } = {
  all: flag("All of them"),
  "cloud-url": text("The backend to log in to or out of", "c"),
  config: list("Configuration for this run, KEY=VALUE, saved to the stack's file", "c"),
  "config-file": text("Use this file instead of Pulumi.STACK.yaml"),
  "config-path": flag("The keys of --config are paths into maps and lists"),
  "continue-on-error": flag("Go on with what does not depend on a step that failed"),
  create: flag("Create the stack if there is none of this name", "c"),
  debug: flag("Show debugging messages too", "d"),
  dest: text("The stack to copy to", "d"),
  diff: flag("Show each change with the values that differ"),
  exclude: list("Leave the resource of this URN alone; * and ** match"),
  "exclude-dependents": flag("Leave alone too what depends on what is excluded"),
  "exclude-protected": flag("Leave protected resources alone"),
  "expect-no-changes": flag("End with an error if there is any change"),
  file: text("The file to read or write"),
  force: flag("Do it although it is not safe", "f"),
  "full-dates": flag("Dates as in RFC 3339 instead of how long ago"),
  "generate-code": flag("Write the program text of what was imported (only =false is supported)"),
  "ignore-protect": flag("Delete or replace protected resources too"),
  json: flag("Print JSON", "j"),
  local: flag("Use the backend in the home folder", "l"),
  message: text("A message that history keeps with this run", "m"),
  "no-select": flag("Do not make the new stack the current one"),
  page: { kind: "number", help: "Which page of the list" },
  "page-size": { kind: "number", help: "How many a page" },
  parallel: { kind: "number", short: "p", help: "How many steps may run side by side" },
  parent: text("The parent of what is imported, NAME=URN"),
  path: flag("The key is a path into a map or list"),
  plaintext: flag("Store the value as it is"),
  "policy-pack": words("A folder with a policy pack to run"),
  "policy-pack-config": words("The JSON file that configures the pack of the same place"),
  "preserve-config": flag("Keep Pulumi.STACK.yaml"),
  "preview-only": flag("Show what would be done and stop"),
  properties: words("The properties to import"),
  protect: flag("Protect what is imported"),
  provider: text("The provider of what is imported, NAME=URN"),
  raw: flag("Keep the line ends of a value from standard input"),
  refresh: {
    kind: "flag",
    short: "r",
    alone: "true",
    help: "Read what is real into the state first",
  },
  remove: flag("Remove the stack too when all is destroyed"),
  "remove-backups": flag("Remove the backups of the state too"),
  replace: list("Replace the resource of this URN; * and ** match"),
  "run-program": flag("Run the program, for providers and hooks to be up to date"),
  secret: flag("Encrypt the value"),
  "secrets-provider": text("How secrets are kept (passphrase is supported)"),
  shell: flag("Print assignments for a shell"),
  "show-config": flag("Show the configuration"),
  "show-full-output": flag("Show values at full length"),
  "show-ids": flag("Show the identifier of each resource", "i"),
  "show-name": flag("Show only the name of the stack"),
  "show-reads": flag("Show resources that are only read"),
  "show-replacement-steps": flag("Show the creates and deletes of replacements"),
  "show-sames": flag("Show resources that stay as they are"),
  "show-secrets": flag("Show secrets in the clear"),
  "show-urns": flag("Show the URN of each resource", "u"),
  "skip-config-validation": flag("Do not check the configuration against Pulumi.yaml"),
  "skip-plugin-pre-install": flag("Taken for the CLI's sake: there are no plugins to install"),
  "skip-preview": flag("Do not preview first", "f"),
  stack: text("The stack to use instead of the selected one", "s"),
  "suppress-outputs": flag("Do not show the outputs of the stack"),
  "suppress-permalink": {
    kind: "flag",
    alone: "false",
    help: "Taken for the CLI's sake: there are no permalinks",
  },
  "suppress-progress": flag("Taken for the CLI's sake: lines have no dots of progress"),
  target: list("Act only on the resource of this URN; * and ** match", "t"),
  "target-dependents": flag("Act also on what depends on the targets"),
  "target-replace": list("--target and --replace in one"),
  type: text("Store the value as string, bool, int or float"),
  urns: flag("Show URNs instead of names"),
  verbose: flag("Say more", "v"),
  yes: flag("Do it without asking", "y"),
  // Not shown by the CLI either: the Automation API gives them.
  "event-log": text("Write the events of the run to this file, one JSON object a line"),
  "exec-agent": text("Who runs this, for history"),
  "exec-kind": text("How this is run, for history"),
  output: text("How to print: default or json"),
};

/** What every command takes. */
export const GLOBAL: { readonly [name: string]: Flag } = {
  color: text("always, never, raw or auto"),
  cwd: text("Run as if started in this folder", "C"),
  "disable-integrity-checking": flag("Taken for the CLI's sake"),
  emoji: flag("Taken for the CLI's sake", "e"),
  "fully-qualify-stack-names": flag("Show whole stack names", "Q"),
  help: flag("Show how the command is used", "h"),
  logflow: flag("Taken for the CLI's sake"),
  logtostderr: flag("Write the log to standard error"),
  memprofilerate: { kind: "number", help: "Taken for the CLI's sake" },
  "non-interactive": flag("Never ask"),
  verbose: { kind: "number", short: "v", help: "How much to log" },
};

export const HIDDEN: ReadonlySet<string> = new Set([
  "event-log",
  "exec-agent",
  "exec-kind",
  "output",
]);

/** Global flags that are the CLI's alone. */
export const REFUSED_GLOBAL: readonly string[] = ["otel-traces", "profiling", "tracing"];

/** What a flag means without a value; undefined when it needs one. */
export const alone = (flag: Flag): string | undefined =>
  flag.kind === "flag" ? (flag.alone ?? "true") : undefined;

/** "exclude/x", "json=text": a flag with its place in one command. */
export function readFlag(written: string): [name: string, flag: Flag] {
  const [, name, short, kind] = /^([^/=]+)(?:\/(.?))?(?:=(.+))?$/.exec(written)!;
  const known = FLAGS[name!];
  if (!known) throw new Error(`the flag ${written} is not in the list of flags`);
  return [
    name!,
    {
      ...known,
      ...(short === undefined ? {} : { short: short || undefined }),
      ...(kind === undefined ? {} : { kind: kind as Kind, alone: undefined, short: undefined }),
    },
  ];
}
