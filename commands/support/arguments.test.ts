import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import { Failure } from "./failure.ts";

const options = {
  stack: { type: "string", default: "dev" },
  help: { type: "boolean", default: false },
} as const;

test("what is given is read, and the rest has its default", () => {
  expect(readArguments("up", [], options)).toEqual({ stack: "dev", help: false });
  expect(readArguments("up", ["--stack", "prod", "--help"], options)).toEqual({
    stack: "prod",
    help: true,
  });
});

test.each([
  [["--stak", "prod"], "up: Unknown option '--stak'; allowed: --stack, --help."],
  [["prod"], "up: Unexpected argument 'prod'; allowed: --stack, --help."],
  [["--stack"], "up: Option '--stack <value>' argument missing; allowed: --stack, --help."],
])("%j is told as a failure that names what is allowed", (args, message) => {
  expect(() => readArguments("up", args, options)).toThrow(new Failure(message));
});
