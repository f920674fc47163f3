/** The command line, read as the CLI reads it. What this engine leaves to the CLI is refused by its name. */
import { EngineError, unsupported } from "../errors.ts";
import { COMMANDS, type Command } from "./commands.ts";
import { findCommand, findWords, hasCommands, unknownCommand } from "./find-command.ts";
import { GLOBAL, REFUSED_GLOBAL, alone, type Flag } from "./flags.ts";

export interface Arguments {
  readonly command: string;
  readonly positional: readonly string[];
  /** Whether it was said at all, on or off. */
  given(name: string): boolean;
  flag(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
}

/** The line is not understood: the usage is shown, as the CLI does, and then the error. */
export class UsageError extends EngineError {
  readonly command: string;
  constructor(command: string, message: string) {
    super(message);
    this.command = command;
  }
}

export function parseArguments(argv: readonly string[]): Arguments {
  if (argv.includes("--version") && findWords(argv).length === 0)
    return new Parsed("version", [], new Map());
  const { name, rest } = findCommand(argv);
  const command = COMMANDS[name];
  const positional: string[] = [];
  const values = new Map<string, string[]>();
  const reader = new Reader(name, command, rest);
  for (let word = reader.next(); word !== undefined; word = reader.next())
    if (typeof word === "string") positional.push(word);
    else {
      const list = word.flag.kind === "words" ? word.value.split(",") : [word.value];
      values.set(word.name, [...(values.get(word.name) ?? []), ...list]);
    }
  const parsed = new Parsed(name, positional, values);
  if (parsed.given("target") && parsed.given("exclude"))
    throw new EngineError(
      "if any flags in the group [target exclude] are set none of the others can be; [exclude target] were all set",
    );
  if (!parsed.flag("help") && command) checkCount(name, command, positional);
  return parsed;
}

class Parsed implements Arguments {
  readonly command: string;
  readonly positional: readonly string[];
  private readonly values: ReadonlyMap<string, readonly string[]>;

  constructor(
    command: string,
    positional: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
  ) {
    this.command = command;
    this.positional = positional;
    this.values = values;
  }

  given(name: string): boolean {
    return this.values.has(name);
  }
  flag(name: string): boolean {
    return TRUE.has(this.text(name) ?? "false");
  }
  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }
  list(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }
}

/** As Go reads a boolean. */
const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

interface Given {
  readonly name: string;
  readonly flag: Flag;
  readonly value: string;
}

/** The words behind a command's name, one flag or argument at a time. */
class Reader {
  private readonly command: string;
  private readonly flags: { readonly [name: string]: Flag };
  private readonly refused: readonly string[];
  private readonly rest: string[];
  private onlyWords = false;

  constructor(command: string, known: Command | undefined, rest: readonly string[]) {
    this.command = command;
    this.flags = { ...GLOBAL, ...known?.flags };
    this.refused = [...(known?.refused ?? []), ...REFUSED_GLOBAL];
    this.rest = [...rest];
  }

  next(): Given | string | undefined {
    const word = this.rest.shift();
    if (word === undefined || this.onlyWords) return word;
    if (word === "--") {
      this.onlyWords = true;
      return this.next();
    }
    if (word.startsWith("--")) return this.long(word.slice(2));
    return /^-./.test(word) ? this.short(word.slice(1), word) : word;
  }

  private long(text: string): Given {
    const at = text.indexOf("=");
    const name = at < 0 ? text : text.slice(0, at);
    const flag = Object.hasOwn(this.flags, name) ? this.flags[name] : undefined;
    if (!flag) {
      if (this.refused.some((r) => r.split("/")[0] === name)) throw this.refuse(`--${name}`);
      throw new EngineError(`unknown flag: --${name}`);
    }
    const value =
      at >= 0
        ? text.slice(at + 1)
        : (alone(flag) ?? this.take(`flag needs an argument: --${name}`));
    return this.checked({ name, flag, value });
  }

  /** -y, -yf (two flags), -sdev and -s=dev. */
  private short(letters: string, word: string): Given {
    const letter = letters[0]!;
    const found = Object.entries(this.flags).find(([, f]) => f.short === letter);
    if (!found) {
      if (this.refused.some((r) => r.split("/")[1] === letter)) throw this.refuse(`-${letter}`);
      throw new EngineError(`unknown shorthand flag: '${letter}' in ${word}`);
    }
    const [name, flag] = found;
    const more = letters.slice(1);
    if (more.startsWith("=")) return this.checked({ name, flag, value: more.slice(1) });
    const value = alone(flag);
    if (value !== undefined) {
      if (more !== "") this.rest.unshift(`-${more}`);
      return this.checked({ name, flag, value });
    }
    const taken = more || this.take(`flag needs an argument: '${letter}' in ${word}`);
    return this.checked({ name, flag, value: taken });
  }

  private take(problem: string): string {
    const value = this.rest.shift();
    if (value === undefined) throw new EngineError(problem);
    return value;
  }

  private checked(given: Given): Given {
    const { name, flag, value } = given;
    const shown = flag.short ? `-${flag.short}, --${name}` : `--${name}`;
    const bad = (parser: string): EngineError =>
      new EngineError(
        `invalid argument "${value}" for "${shown}" flag: strconv.${parser}: parsing "${value}": invalid syntax`,
      );
    if (flag.kind === "flag" && !TRUE.has(value) && !FALSE.has(value)) throw bad("ParseBool");
    if (flag.kind === "number" && !/^[+-]?\d+$/.test(value)) throw bad("ParseInt");
    return given;
  }

  private refuse(flag: string): EngineError {
    return unsupported(`the flag ${flag} of \`${this.command}\``);
  }
}

function checkCount(name: string, command: Command, positional: readonly string[]): void {
  const least = command.arguments.filter((a) => !a.startsWith("[")).length;
  const any = command.arguments.at(-1)?.endsWith("...") ?? false;
  const most = command.arguments.length;
  const count = positional.length;
  const wrong =
    least === most && !any && count !== most
      ? `accepts ${most} arg(s), received ${count}`
      : count < least
        ? `requires at least ${least} arg(s), only received ${count}`
        : count > most && !any
          ? `accepts at most ${most} arg(s), received ${count}`
          : undefined;
  if (wrong === undefined) return;
  if (hasCommands(name) && count > most) throw unknownCommand(name, positional[most]!);
  throw new UsageError(name, wrong);
}
