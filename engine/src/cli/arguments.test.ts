import { describe, expect, test } from "vitest";
import { parseArguments } from "./arguments.ts";
import { COMMANDS } from "./commands.ts";
import { help } from "./help.ts";

const read = (line: string) => parseArguments(line.split(" ").filter(Boolean));
const problem = (line: string): { message: string; exitCode: number } => {
  try {
    read(line);
  } catch (error) {
    return error as { message: string; exitCode: number };
  }
  throw new Error(`"${line}" was taken`);
};

describe("what is understood", () => {
  test("flags before and after the command, long and short, in one word", () => {
    const args = read("--stack dev up -yf --parallel=4 -t a --target b -mhello");
    expect(args.command).toBe("up");
    expect([args.text("stack"), args.text("parallel"), args.text("message")]).toEqual([
      "dev",
      "4",
      "hello",
    ]);
    expect([args.flag("yes"), args.flag("skip-preview"), args.flag("refresh")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(args.list("target")).toEqual(["a", "b"]);
  });
  test.each([
    ["update", "up"],
    ["stack init x", "stack new"],
    ["stack rm x", "stack remove"],
    ["state delete x", "state remove"],
    ["config rm k", "config remove"],
    ["dn", "destroy"],
    ["--cwd . stack", "stack"],
    ["", "help"],
    ["--version", "version"],
    ["help stack init", "stack new"],
  ])("%s is %s", (line, command) => expect(read(line).command).toBe(command));
  test("a flag with a value of its own takes another only behind =", () => {
    expect(read("up -r").flag("refresh")).toBe(true);
    expect(read("up --refresh=false").flag("refresh")).toBe(false);
    expect(read("up --refresh").positional).toEqual([]);
  });
  test("lists with commas, and words behind --", () => {
    expect(read("up --policy-pack a,b --policy-pack c").list("policy-pack")).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(read("config set k -- -1").positional).toEqual(["k", "-1"]);
  });
});

/** The words are the CLI's (3.260.0). */
test.each([
  ["bogus", `unknown command "bogus" for "pulumi"\nRun 'pulumi --help' for usage.`],
  [
    "upp",
    `unknown command "upp" for "pulumi"\n\nDid you mean this?\n\tpulumi up\n\nRun 'pulumi --help' for usage.`,
  ],
  [
    "stack renam",
    `unknown command "renam" for "pulumi stack"\n\nDid you mean this?\n\tpulumi stack rename\n\nRun 'pulumi stack --help' for usage.`,
  ],
  [
    "state bogus",
    `unknown command "bogus" for "pulumi state"\nRun 'pulumi state --help' for usage.`,
  ],
  ["up --diffs", "unknown flag: --diffs"],
  ["up -yZ", "unknown shorthand flag: 'Z' in -Z"],
  ["up -s", "flag needs an argument: 's' in -s"],
  ["up --stack", "flag needs an argument: --stack"],
  [
    "up --parallel x",
    `invalid argument "x" for "-p, --parallel" flag: strconv.ParseInt: parsing "x": invalid syntax`,
  ],
  [
    "up --diff=maybe",
    `invalid argument "maybe" for "--diff" flag: strconv.ParseBool: parsing "maybe": invalid syntax`,
  ],
  ["config set", "requires at least 1 arg(s), only received 0"],
  ["config set a b c", "accepts at most 2 arg(s), received 3"],
  ["stack rename", "accepts 1 arg(s), received 0"],
])("%s: %j", (line, message) => {
  expect(problem(line)).toMatchObject({ message, exitCode: 1 });
});

test.each([
  ["watch", "the command `watch`"],
  ["stack tag ls", "the command `stack tag`"],
  ["state mv x", "the command `state mv`"],
  ["up --attach-debugger", "the flag --attach-debugger of `up`"],
  ["preview --save-plan x", "the flag --save-plan of `preview`"],
  ["up --tracing file:x", "the flag --tracing of `up`"],
])("%s is left to the CLI", (line, what) => {
  expect(problem(line)).toMatchObject({ message: expect.stringContaining(what), exitCode: 255 });
  expect(problem(line).message).toContain("npm install -g pulumi");
});

test.each(Object.keys(COMMANDS))("%s --help names each flag", (name) => {
  const text = help(name);
  for (const flag of Object.keys(COMMANDS[name]!.flags))
    if (!["event-log", "exec-agent", "exec-kind", "output"].includes(flag))
      expect(text).toContain(`--${flag}`);
});
