/** The text of --help. */
import { COMMANDS, GROUPS, REFUSED_COMMANDS } from "./commands.ts";
import { GLOBAL, HIDDEN, type Flag } from "./flags.ts";

export function help(name: string): string {
  const command = COMMANDS[name];
  const inside = Object.keys(COMMANDS).filter((n) => n.startsWith(`${name} `));
  if (!command && !GROUPS.includes(name)) return overview();
  const usage = [name, ...(command?.arguments ?? []), "[flags]"].join(" ");
  const lines = command ? [command.summary, ""] : [];
  lines.push("Usage:", `  pulumi ${usage}`, "");
  if (command && command.aliases.length > 0)
    lines.push("Aliases:", `  ${[name.split(" ").at(-1), ...command.aliases].join(", ")}`, "");
  if (inside.length > 0) lines.push("Commands:", ...list(inside, name), "");
  if (command) lines.push("Flags:", ...flagLines(command.flags), "");
  if (command && command.refused.length > 0) {
    const names = command.refused.map((r) => `--${r.split("/")[0]}`);
    lines.push("Left to the Pulumi CLI:", `  ${names.join(" ")}`, "");
  }
  lines.push("Global Flags:", ...flagLines(GLOBAL));
  return `${lines.join("\n")}\n`;
}

function overview(): string {
  const top = Object.keys(COMMANDS).filter((name) => !name.includes(" "));
  return [
    "The offline engine: deploys a Pulumi program where the Pulumi CLI cannot be had, with the CLI's words.",
    "",
    "Usage:",
    "  pulumi [command]",
    "",
    "Commands:",
    ...list([...top, ...GROUPS]),
    "",
    "Left to the Pulumi CLI:",
    `  ${REFUSED_COMMANDS.join(", ")}`,
    "",
    "Flags:",
    ...flagLines(GLOBAL),
    "",
    "Use `pulumi [command] --help` for more information about a command.",
    "",
  ].join("\n");
}

function list(names: readonly string[], group = ""): string[] {
  const short = (name: string): string => (group === "" ? name : name.slice(group.length + 1));
  const width = Math.max(...names.map((name) => short(name).length));
  return names.map((name) => {
    const summary = COMMANDS[name]?.summary ?? "Edit the state of a stack";
    return `  ${short(name).padEnd(width)}  ${summary}`;
  });
}

function flagLines(flags: { readonly [name: string]: Flag }): string[] {
  const shown = Object.entries(flags)
    .filter(([name]) => !HIDDEN.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => {
      const value = { flag: "", text: " TEXT", number: " N", list: " TEXT", words: " LIST" }[
        flag.kind
      ];
      return [`${flag.short ? `-${flag.short}, ` : "    "}--${name}${value}`, flag.help] as const;
    });
  const width = Math.max(0, ...shown.map(([left]) => left.length));
  return shown.map(([left, text]) => `  ${left.padEnd(width)}  ${text}`);
}
