import { expect, test } from "vitest";
import { readPlugins } from "./plugins.ts";

const read = (yaml: unknown) => [...readPlugins(yaml, "/project/Pulumi.yaml").values()];

test("a plugin's folder is relative to Pulumi.yaml", () => {
  expect(read({ providers: [{ name: "a", path: "./p" }] })).toEqual([
    { name: "a", folder: "/project/p" },
  ]);
  expect(read({ providers: [{ name: "b-c", path: "/abs", version: "1.2.3-rc.1" }] })).toEqual([
    { name: "b-c", folder: "/abs", version: "1.2.3-rc.1" },
  ]);
});

test.each([undefined, null, {}, { providers: null }, { providers: [], languages: [] }])(
  "%o are no plugins",
  (yaml) => expect(read(yaml)).toEqual([]),
);

test.each([
  ["text", "key plugins: got"],
  [{ providers: {} }, "key plugins.providers: got {}"],
  [{ providers: ["a"] }, 'key plugins.providers[0]: got "a"'],
  [{ providers: [{ path: "p" }] }, "plugins.providers[0].name: got nothing"],
  [{ providers: [{ name: "../a", path: "p" }] }, 'plugins.providers[0].name: got "../a"'],
  [{ providers: [{ name: "a" }] }, "plugins.providers[0].path: got nothing"],
  [{ providers: [{ name: "a", path: "p", version: 1.2 }] }, "[0].version: got 1.2"],
  [{ providers: [{ name: "a", path: "p", url: "x" }] }, "[0].url: got"],
  [
    {
      providers: [
        { name: "a", path: "p" },
        { name: "a", path: "q" },
      ],
    },
    "plugins.providers[1].name: got",
  ],
])("%o is refused with its key", (yaml, message) => {
  expect(() => read(yaml)).toThrow(message);
  expect(() => read(yaml)).toThrow(/allowed is .*; correct it, then run again/);
});

test.each(["languages", "analyzers"])("%s are left to the CLI", (kind) => {
  expect(() => read({ [kind]: [{ name: "a", path: "p" }] })).toThrow(
    new RegExp(`key plugins.${kind} is not supported by the offline engine`),
  );
});
