import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MARK, unitText, type UnitArgs } from "./unit.ts";

const least: UnitArgs = { name: "worker", program: "/usr/bin/worker", memoryMiB: 256 };
/** Values of a setting, in their order. */
const values = (text: string, key: string) =>
  text
    .split("\n")
    .flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

/** The words of a line as systemd reads them: quotes, then backslashes, specifiers, and variables where there are any. */
function words(line: string, { variables }: { variables: boolean }): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\[^])*)"/g)].map(([, word]) => {
    const text = word!.replace(/\\([^])/g, "$1").replaceAll("%%", "%");
    return variables ? text.replaceAll("$$", "$") : text;
  });
}

describe("a unit", () => {
  test("is the same text for the same values", () => {
    const text = unitText(
      {
        ...least,
        description: "The worker",
        arguments: ["--all", { secretFile: "key.pem" }],
        environment: { B: "2", A: "1" },
        folders: ["log"],
        peers: ["10.0.0.0/8", "fd00::/8"],
      },
      ["key.pem"],
    );
    expect(text).toMatchSnapshot();
    expect(text.startsWith(`${MARK}\n`)).toBe(true);
  });

  test("gives the program every word as it is, and settings no line of their own", () => {
    const word = fc.oneof(
      fc.string({ unit: "grapheme" }).filter((text) => !/\p{Cc}/u.test(text)),
      fc.stringMatching(/^[ "'$%\\;{}#=a]{0,12}$/),
    );
    const lines = unitText({ ...least, arguments: ["x"], environment: { A: "x" } }).split("\n");
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), word, (given, value) => {
        const text = unitText({ ...least, arguments: given, environment: { A: value } });
        const [command] = values(text, "ExecStart");
        expect(words(command!, { variables: true })).toEqual(given);
        expect(words(values(text, "Environment")[0]!, { variables: false })).toEqual([
          `A=${value}`,
        ]);
        expect(text.split("\n")).toHaveLength(lines.length);
        // Without their signs doubled systemd would put values in.
        expect(command!.replaceAll("$$", "")).not.toContain("$");
        expect(command!.replaceAll("%%", "")).not.toContain("%");
      }),
    );
  });

  test("has secrets by path alone", () => {
    const text = unitText({ ...least, arguments: [{ secretFile: "key" }] }, ["key"]);
    expect(values(text, "LoadCredential")).toEqual(["key:/etc/synfleet/worker/secrets/key"]);
    expect(values(text, "ExecStart")).toEqual(['/usr/bin/worker "${CREDENTIALS_DIRECTORY}/key"']);
  });

  test("talks to the machine itself, to peers that are named, or to all", () => {
    const allowed = (peers: string[]) => {
      const text = unitText({ ...least, peers });
      return [values(text, "IPAddressDeny"), values(text, "IPAddressAllow")];
    };
    expect(allowed([])).toEqual([["any"], ["localhost"]]);
    expect(allowed(["10.1.0.0/16"])).toEqual([["any"], ["localhost 10.1.0.0/16"]]);
    expect(allowed(["any"])).toEqual([[], []]);
  });

  test("may make machine code only where the program needs it", () => {
    const key = "MemoryDenyWriteExecute";
    expect(values(unitText(least), key)).toEqual(["yes"]);
    expect(values(unitText({ ...least, makesCode: true }), key)).toEqual(["no"]);
  });

  test.each<[Partial<UnitArgs>, string]>([
    [{ name: "a/b" }, 'name is "a/b". Allowed: up to 31 of a-z'],
    [{ name: "" }, 'name is "". Allowed'],
    [{ user: "root" }, 'user is "root". Allowed: a user of its own'],
    [{ program: "worker" }, 'program is "worker". Allowed: an absolute path'],
    [{ program: "/bin/sh -c" }, 'program is "/bin/sh -c"'],
    [
      { arguments: ["a\nUser=root"] },
      'arguments is "a\\nUser=root". Allowed: text without control',
    ],
    [{ arguments: [{ secretFile: "key" }] }, 'arguments is "key". Allowed: none: there are no'],
    [{ description: "a\\" }, "Allowed: a line of text that does not end with"],
    [{ environment: { "A B": "" } }, 'environment is "A B"'],
    [{ environment: { A: "\r" } }, 'environment is "A=\\r"'],
    [{ folders: ["../x"] }, 'folders is "../x"'],
    [{ memoryMiB: 8 }, "memoryMiB is 8. Allowed: a whole number from 16"],
    [{ memoryMiB: 1.5 }, "memoryMiB is 1.5"],
    [{ cpus: 0 }, "cpus is 0. Allowed: a number from 0.01"],
    [{ stopSeconds: -1 }, "stopSeconds is -1"],
    [{ peers: ["example.org"] }, 'peers is "example.org". Allowed: addresses and networks'],
    [{ peers: ["any", "10.0.0.1"] }, 'peers is "any, 10.0.0.1". Allowed: "any" alone'],
  ])("refuses %j", (args, message) => {
    expect(() => unitText({ ...least, ...args })).toThrow(message);
  });
});
