/** The command line, by the CLI's words. What this engine leaves to the CLI is refused by its name. */
import { EXIT, EngineError, unsupported } from "../errors.ts";

type Kind = "flag" | "text" | "list";

const GLOBAL: { [name: string]: Kind } = {
  cwd: "text",
  color: "text",
  "non-interactive": "flag",
  help: "flag",
  // Harmless hints of wrappers and of the Automation API.
  "disable-integrity-checking": "flag",
  emoji: "flag",
  logflow: "flag",
};
const RUN: { [name: string]: Kind } = {
  stack: "text",
  "config-file": "text",
  yes: "flag",
  diff: "flag",
  target: "list",
  "target-dependents": "flag",
  parallel: "text",
  "expect-no-changes": "flag",
  "show-secrets": "flag",
  "suppress-outputs": "flag",
  message: "text",
  "suppress-progress": "flag",
  "suppress-permalink": "text",
  "event-log": "text",
  "exec-kind": "text",
  "exec-agent": "text",
};
const STACK: { [name: string]: Kind } = { stack: "text" };
const CONFIG: { [name: string]: Kind } = { stack: "text", "config-file": "text" };

interface Command {
  readonly flags: { [name: string]: Kind };
  readonly positional: readonly [least: number, most: number];
}

export const COMMANDS: { [name: string]: Command } = {
  up: {
    flags: { ...RUN, "skip-preview": "flag", refresh: "flag", "policy-pack": "list" },
    positional: [0, 0],
  },
  preview: {
    flags: { ...RUN, json: "flag", refresh: "flag", "policy-pack": "list" },
    positional: [0, 0],
  },
  refresh: {
    flags: { ...RUN, "skip-preview": "flag", "preview-only": "flag" },
    positional: [0, 0],
  },
  destroy: {
    flags: {
      ...RUN,
      "skip-preview": "flag",
      "preview-only": "flag",
      exclude: "list",
      remove: "flag",
      refresh: "flag",
    },
    positional: [0, 0],
  },
  stack: {
    flags: {
      ...STACK,
      "show-urns": "flag",
      "show-ids": "flag",
      "show-name": "flag",
      "show-secrets": "flag",
    },
    positional: [0, 0],
  },
  "stack init": {
    flags: { ...STACK, "no-select": "flag", "secrets-provider": "text" },
    positional: [0, 1],
  },
  "stack select": {
    flags: { ...STACK, create: "flag", "secrets-provider": "text" },
    positional: [0, 1],
  },
  "stack ls": { flags: { json: "flag", all: "flag" }, positional: [0, 0] },
  "stack output": {
    flags: { ...STACK, json: "flag", "show-secrets": "flag", shell: "flag" },
    positional: [0, 1],
  },
  "stack export": {
    flags: { ...STACK, file: "text", "show-secrets": "flag" },
    positional: [0, 0],
  },
  "stack rm": {
    flags: {
      ...STACK,
      yes: "flag",
      force: "flag",
      "preserve-config": "flag",
      "config-file": "text",
    },
    positional: [0, 1],
  },
  config: { flags: { ...CONFIG, json: "flag", "show-secrets": "flag" }, positional: [0, 0] },
  "config set": {
    flags: { ...CONFIG, secret: "flag", plaintext: "flag", path: "flag", type: "text" },
    positional: [1, 2],
  },
  "config get": { flags: { ...CONFIG, json: "flag", path: "flag" }, positional: [1, 1] },
  "config rm": { flags: { ...CONFIG, path: "flag" }, positional: [1, 1] },
  "config refresh": { flags: { ...CONFIG, force: "flag" }, positional: [0, 0] },
  cancel: { flags: { ...STACK, yes: "flag" }, positional: [0, 1] },
  login: { flags: { local: "flag", "cloud-url": "text" }, positional: [0, 1] },
  logout: { flags: {}, positional: [0, 1] },
  whoami: { flags: { json: "flag", verbose: "flag" }, positional: [0, 0] },
  version: { flags: {}, positional: [0, 0] },
  help: { flags: {}, positional: [0, 9] },
};

const ALIASES: { [name: string]: string } = {
  update: "up",
  pre: "preview",
  down: "destroy",
  dn: "destroy",
  "stack list": "stack ls",
  "stack remove": "stack rm",
  "config list": "config",
  "config ls": "config",
};
const SHORT: { [letter: string]: string } = {
  s: "stack",
  y: "yes",
  f: "skip-preview",
  C: "cwd",
  t: "target",
  p: "parallel",
  m: "message",
  j: "json",
  h: "help",
  r: "refresh",
  i: "show-ids",
  u: "show-urns",
  a: "all",
  l: "local",
  c: "create",
  e: "exec-kind",
  v: "verbose",
};
const GROUPS = new Set(["stack", "config"]);

export interface Arguments {
  readonly command: string;
  readonly positional: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
}

export function parseArguments(argv: readonly string[]): Arguments {
  const words: string[] = [];
  const given: [name: string, value: string | undefined, shown: string][] = [];
  const rest = [...argv];
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === "--") {
      words.push(...rest.splice(0));
    } else if (word.startsWith("--")) {
      const [name, value] = split(word.slice(2));
      given.push([name, takeValue(name, value, rest), `--${name}`]);
    } else if (/^-[A-Za-z]/.test(word)) {
      const name = SHORT[word[1]!] ?? word[1]!;
      const attached = word.length > 2 ? word.slice(2).replace(/^=/, "") : undefined;
      given.push([name, takeValue(name, attached, rest), `-${word[1]}`]);
    } else words.push(word);
  }
  const { name, command, positional } = findCommand(words);
  const values = new Map<string, string[]>();
  for (const [flag, value, shown] of given) {
    const kind = command.flags[flag] ?? GLOBAL[flag];
    if (kind === undefined) throw unsupported(`the flag ${shown} of \`${name}\``);
    values.set(flag, [...(values.get(flag) ?? []), value ?? "true"]);
  }
  const [least, most] = command.positional;
  if (positional.length < least || positional.length > most)
    throw new EngineError(
      `\`${name}\` takes ${least === most ? least : `${least} to ${most}`} argument(s), got ${positional.length}: ${positional.join(" ")}`,
      EXIT.configuration,
    );
  return {
    command: name,
    positional,
    flag: (flag) => ["true", "1"].includes(values.get(flag)?.at(-1) ?? "false"),
    text: (flag) => values.get(flag)?.at(-1),
    list: (flag) => values.get(flag) ?? [],
  };
}

function split(text: string): [name: string, value: string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Flags are told from texts before the command is known, since they may stand before it. */
function takeValue(name: string, value: string | undefined, rest: string[]): string | undefined {
  const kinds = [GLOBAL, ...Object.values(COMMANDS).map((c) => c.flags)].map((f) => f[name]);
  const takes = kinds.some((kind) => kind === "text" || kind === "list");
  if (!takes || value !== undefined) return value;
  const next = rest.shift();
  if (next === undefined)
    throw new EngineError(`flag needs an argument: --${name}`, EXIT.configuration);
  return next;
}

function findCommand(words: readonly string[]): {
  name: string;
  command: Command;
  positional: readonly string[];
} {
  const [first, second] = words;
  if (first === undefined) return { name: "help", command: COMMANDS["help"]!, positional: [] };
  const pair = `${first} ${second ?? ""}`;
  const long = ALIASES[pair] ?? pair;
  if (second !== undefined && COMMANDS[long])
    return { name: long, command: COMMANDS[long], positional: words.slice(2) };
  const name = ALIASES[first] ?? first;
  const command = COMMANDS[name];
  if (!command) throw unsupported(`the command \`${first}\``);
  if (GROUPS.has(name) && second !== undefined) throw unsupported(`the command \`${pair}\``);
  return { name, command, positional: words.slice(1) };
}
