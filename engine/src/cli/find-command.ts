/** Which command a line names, wherever its flags stand. */
import { EngineError, unsupported } from "../errors.ts";
import { COMMANDS, GROUPS, REFUSED_ALIASES, REFUSED_COMMANDS } from "./commands.ts";
import { FLAGS, GLOBAL, alone, type Flag } from "./flags.ts";
import { suggestions } from "./suggest.ts";

const NAMES = new Map<string, string>();
for (const [name, { aliases }] of Object.entries(COMMANDS)) {
  NAMES.set(name, name);
  const group = name.includes(" ") ? `${name.split(" ")[0]!} ` : "";
  for (const alias of aliases) NAMES.set(group + alias, name);
}

export const hasCommands = (group: string): boolean =>
  [...NAMES.keys()].some((name) => name.startsWith(`${group} `));

/** Which words could name a command: all but flags and what they take. The command is not known yet. */
export function findWords(argv: readonly string[]): number[] {
  const out: number[] = [];
  const takes = (flag: Flag | undefined): boolean => flag !== undefined && !alone(flag);
  const all = [...Object.entries(GLOBAL), ...Object.entries(FLAGS)];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") break;
    if (word.startsWith("--")) {
      const name = word.slice(2);
      if (takes(GLOBAL[name] ?? FLAGS[name])) i++;
    } else if (/^-./.test(word)) {
      if (word.length === 2 && takes(all.find(([, f]) => f.short === word[1])?.[1])) i++;
    } else out.push(i);
  }
  return out;
}

export function findCommand(argv: readonly string[]): { name: string; rest: readonly string[] } {
  const words = findWords(argv);
  if (words.length === 0 || argv[words[0]!] === "help") {
    const rest = argv.filter((_, i) => i !== words[0]);
    const named = NAMES.get(
      words
        .slice(1)
        .map((i) => argv[i])
        .join(" "),
    );
    return named
      ? { name: named, rest: ["--help"] }
      : { name: "help", rest: words.length === 0 ? rest : rest.filter((w) => w.startsWith("-")) };
  }
  const without = (...taken: (number | undefined)[]): string[] =>
    argv.filter((_, i) => !taken.includes(i));
  const first = argv[words[0]!]!;
  const group = NAMES.get(first) ?? first;
  const second = words[1] === undefined ? undefined : argv[words[1]];
  if (second !== undefined) {
    const pair = `${group} ${second}`;
    const name = NAMES.get(pair);
    if (name) return { name, rest: without(words[0], words[1]) };
    refuseIfKnown(pair);
    if (hasCommands(group)) throw unknownCommand(group, second);
  }
  refuseIfKnown(first);
  if (!COMMANDS[group] && !GROUPS.includes(group)) throw unknownCommand("", first);
  return { name: group, rest: without(words[0]) };
}

function refuseIfKnown(name: string): void {
  const known = REFUSED_ALIASES[name] ?? name;
  if (REFUSED_COMMANDS.includes(known) || known !== name)
    throw unsupported(`the command \`${name}\``);
}

export function unknownCommand(group: string, word: string): EngineError {
  const path = group === "" ? "pulumi" : `pulumi ${group}`;
  const near = suggestions(group, word, [...NAMES.keys(), ...REFUSED_COMMANDS]);
  const hint =
    near.length === 0
      ? ""
      : `\n\nDid you mean this?\n${near.map((n) => `\tpulumi ${n}\n`).join("")}`;
  return new EngineError(
    `unknown command "${word}" for "${path}"${hint}\nRun '${path} --help' for usage.`,
  );
}
