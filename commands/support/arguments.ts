import { parseArgs, type ParseArgsConfig } from "node:util";
import { Failure } from "./failure.ts";

type OptionSpecs = NonNullable<ParseArgsConfig["options"]>;

/** Node's own parser, with an unknown or incomplete option told as any other error. */
export function readArguments<T extends OptionSpecs>(command: string, args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: false }).values;
  } catch (error) {
    const allowed = Object.keys(options)
      .map((name) => `--${name}`)
      .join(", ");
    throw new Failure(
      `${command}: ${(error as Error).message.split(".")[0]}; allowed: ${allowed}.`,
    );
  }
}
