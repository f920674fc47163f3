import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UNKNOWN, type PropertyMap } from "../../provider.ts";
import { harness } from "../testing/harness.ts";
import { commandProvider } from "./provider.ts";

const COMMAND = "command:local:Command";
const provider = commandProvider();
const { check, create, diff, newCall, read, remove, update } = harness(provider);
const made = (inputs: PropertyMap) => create(COMMAND, "cmd", inputs);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "command-test-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const written = (name: string) => readFileSync(join(dir, name), "utf8");

describe("create", () => {
  test("runs under sh, keeps what was printed without the last newline, and logs it", async () => {
    const { id, outputs, log } = await made({ create: "echo one; echo two; echo bad >&2" });
    expect(id).toMatch(/^cmd[0-9a-f]{8}$/);
    expect(outputs).toEqual({
      create: "echo one; echo two; echo bad >&2",
      stdout: "one\ntwo",
      stderr: "bad",
    });
    expect([...log].sort()).toEqual(["bad", "one", "two"]);
  });

  test.each([
    ["none", []],
    ["stdout", ["out"]],
    ["stderr", ["err"]],
    ["stdoutAndStderr", ["err", "out"]],
  ])("logging %s", async (logging, lines) => {
    const { log, outputs } = await made({ create: "echo out; echo err >&2", logging });
    expect([...log].sort()).toEqual(lines);
    expect(outputs).toMatchObject({ stdout: "out", stderr: "err" });
  });

  test("stdin, environment, directory and interpreter", async () => {
    const { outputs } = await made({
      create: 'cat; echo "$WHO" "$PWD" "$BASH_VERSION"',
      stdin: "in\n",
      environment: { WHO: "me" },
      dir,
      interpreter: ["/bin/bash", "-c"],
    });
    expect(outputs["stdout"]).toMatch(new RegExp(`^in\nme ${dir} \\d`));
  });

  test("input that nobody reads is no failure", async () => {
    await made({ create: "exit 0", stdin: "x".repeat(1_000_000) });
  });

  test("without a command there is nothing to run", async () => {
    expect((await made({ triggers: [1] })).outputs).toEqual({
      triggers: [1],
      stdout: "",
      stderr: "",
    });
  });

  test.each([
    [{ create: "echo why; exit 3" }, /exit status 3: running "echo why; exit 3":\nwhy/],
    [{ create: "kill -9 $$" }, /signal: SIGKILL/],
    [{ create: "true", dir: "/does/not/exist" }, /ENOENT/],
  ])("a failure of %o tells what was printed", async (inputs, message) => {
    await expect(made(inputs)).rejects.toThrow(message);
  });

  test("a preview runs nothing, and makes up an id", async () => {
    const inputs = { create: `touch ${join(dir, "made")}` };
    const planned = await provider.create({ ...newCall(COMMAND, "cmd"), inputs, preview: true });
    expect(planned.id).toMatch(/^cmd[0-9a-f]{8}$/);
    expect(existsSync(join(dir, "made"))).toBe(false);
  });

  test("a cancel ends all that the command has started", async () => {
    const controller = new AbortController();
    const inputs = { create: `(sleep 30; touch late) & sleep 30`, dir };
    const running = provider.create({
      ...newCall(COMMAND, "cmd"),
      signal: controller.signal,
      inputs,
      preview: false,
    });
    setTimeout(() => controller.abort(), 100);
    await expect(running).rejects.toThrow(/cancelled/);
    expect(existsSync(join(dir, "late"))).toBe(false);
  });
});

describe("later", () => {
  const inputs = { create: "echo first; echo warn >&2" };

  test("differences are told path by path; only triggers as a whole replace by themselves", async () => {
    const triggers = [1, { a: ["x"] }];
    const environment = { A: "1", "B.C": "2" };
    const command = await made({ ...inputs, triggers, environment });
    const now = { ...inputs, triggers, environment };
    expect((await diff(command, now)).changed).toEqual([]);
    expect(await diff(command, { ...now, triggers: [1, { a: ["y"] }, 2] })).toMatchObject({
      detailed: { "triggers[1].a[0]": "update", "triggers[2]": "add" },
      replaced: [],
      keys: [],
    });
    const { triggers: _, ...without } = now;
    expect(await diff(command, { ...without, environment: { A: "2" }, dir })).toMatchObject({
      detailed: {
        triggers: "delete",
        "environment.A": "update",
        'environment["B.C"]': "delete",
        dir: "add",
      },
      replaced: ["triggers"],
      keys: ["triggers"],
    });
  });

  test("what is ignored is compared as it was", async () => {
    const command = await made({ ...inputs, stdin: "a" });
    expect((await diff(command, { ...inputs, stdin: "b" }, ["stdin"])).changed).toEqual([]);
  });

  test("a preview of an update cannot tell what will be printed, unless nothing changes", async () => {
    const command = await made({ ...inputs, stdin: "a" });
    const planned = async (newInputs: PropertyMap) => {
      const known = { id: command.id, oldInputs: command.inputs, oldOutputs: command.outputs };
      const call = { ...newCall(COMMAND, "cmd"), ...known, newInputs, preview: true };
      return (await provider.update(call)).outputs["stdout"];
    };
    expect(await planned({ ...inputs, stdin: "b" })).toBe(UNKNOWN);
    expect(await planned(inputs)).toBe(UNKNOWN);
    expect(await planned({ ...inputs, stdin: UNKNOWN })).toBe(UNKNOWN);
    // The reference compares with what was given before, so what is new does not count.
    expect(await planned({ ...inputs, stdin: "a", dir })).toBe("first");
  });

  test("update runs with what the run before printed", async () => {
    const show = 'echo "$PULUMI_COMMAND_STDOUT+$PULUMI_COMMAND_STDERR"';
    const command = await made(inputs);
    expect((await update(command, { ...inputs, update: show })).outputs["stdout"]).toBe(
      "first+warn",
    );
    const silent = { ...inputs, update: show, addPreviousOutputInEnv: false };
    expect((await update(command, silent)).outputs["stdout"]).toBe("+");
  });

  test("without an update command, create runs again", async () => {
    const command = await made({ create: "echo $N", environment: { N: "1" } });
    const updated = await update(command, { create: "echo $N", environment: { N: "2" } });
    expect(updated.outputs["stdout"]).toBe("2");
  });

  test("delete runs with what was printed, and with the inputs in state", async () => {
    const command = await made({
      create: "echo name",
      delete: 'echo "$PULUMI_COMMAND_STDOUT $WHO" > gone',
      environment: { WHO: "me" },
      dir,
    });
    await remove(command);
    expect(written("gone")).toBe("name me\n");
  });

  test("a failed delete is an error, no delete command is none", async () => {
    await remove(await made({ create: "true" }));
    await expect(remove(await made({ create: "true", delete: "exit 1" }))).rejects.toThrow(
      /exit status 1/,
    );
  });

  test("read gives back the state", async () => {
    const command = await made(inputs);
    expect(await read(command)).toMatchObject({ id: command.id, outputs: command.outputs });
  });
});

test("files in the state are refused by name", async () => {
  const { failures } = await check(COMMAND, "cmd", { create: "true", assetPaths: ["*"] });
  expect(failures).toMatchObject([{ property: "assetPaths" }]);
});

test("the function run runs at once and gives back what it was asked", async () => {
  const args = { command: 'cat; echo "$WHO"', stdin: "in,", environment: { WHO: "me" }, dir };
  expect(await provider.invoke("command:local:run", args)).toEqual({
    ...args,
    stdout: "in,me",
    stderr: "",
  });
  await expect(provider.invoke("command:local:run", {})).rejects.toThrow(/command is missing/);
  await expect(provider.invoke("command:local:other", {})).rejects.toThrow(
    /function command:local:other is not supported .* it has: command:local:run;/,
  );
});
