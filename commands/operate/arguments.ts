/** What the commands that operate a running system have in common: a member, a stack, and showing before doing. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { Failure } from "../support/failure.ts";

const common = {
  stack: { type: "string", default: "dev" },
  "dry-run": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const satisfies NonNullable<ParseArgsConfig["options"]>;

/** Lines of a command's help about the options that all of them have. */
export const commonHelp = `  --stack NAME  stack to operate (default: dev)
  --dry-run     say what would be done, and do nothing`;

export type Options<T extends NonNullable<ParseArgsConfig["options"]>> = ReturnType<
  typeof parseArgs<{ args: string[]; options: typeof common & T }>
>["values"];

/** The member that is named, and the options. A command's help is shown and undefined comes back when it is asked for. */
export function readOperation<T extends NonNullable<ParseArgsConfig["options"]>>(
  command: string,
  args: string[],
  {
    help,
    options,
    member,
    what = "member",
  }: { help: string; options: T; member: "needed" | "optional" | "none"; what?: "member" | "host" },
): { readonly member: string | undefined; readonly options: Options<T> } | undefined {
  let parsed;
  try {
    parsed = parseArgs({ args, options: { ...common, ...options }, allowPositionals: true });
  } catch (error) {
    const allowed = Object.keys({ ...common, ...options }).map((name) => `--${name}`);
    const [problem] = (error as Error).message.split(".");
    throw new Failure(`${command}: ${problem}; allowed: ${allowed.join(", ")}.`);
  }
  const values = parsed.values as Options<T>;
  if ((values as { help?: boolean }).help) {
    console.log(help);
    return undefined;
  }
  const [name, ...more] = parsed.positionals;
  if (member === "none" && name !== undefined) {
    const got = parsed.positionals.join(" ");
    throw new Failure(
      `${command}: got ${got}; allowed: options alone. See npm run synfleet -- ${command} --help`,
    );
  }
  if (more.length > 0 || (member === "needed" && name === undefined)) {
    throw new Failure(
      `${command}: got ${parsed.positionals.join(" ") || `no ${what}`}; allowed: one ${what}. See npm run synfleet -- ${command} --help`,
    );
  }
  return { member: name, options: values };
}
