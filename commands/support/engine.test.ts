import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chooseEngine, type EnginePaths } from "./engine.ts";

let folder: string;
let paths: EnginePaths;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfleet-engine-choice-"));
  paths = {
    shim: join(folder, "node_modules", ".bin", "pulumi"),
    memory: join(folder, "cache", "pulumi-cli.json"),
    offlineEngine: join(folder, "engine.ts"),
  };
});
afterEach(() => rm(folder, { recursive: true }));

/** A program that notes that it was started, and ends with the code. */
async function program(file: string, code: number, mode = 0o755): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho started >> ${folder}/starts\nexit ${code}\n`, { mode });
}
const starts = async () =>
  (await readFile(join(folder, "starts"), "utf8").catch(() => "")).split("\n").length - 1;
const choose = (env: NodeJS.ProcessEnv) => chooseEngine(env, paths);
const offline = (reason: string) => ({
  kind: "offline",
  program: process.execPath,
  leadingArgs: [paths.offlineEngine],
  reason,
});
const none = "no Pulumi CLI here, and none could be downloaded";
const PATH = () => [join(folder, "empty"), join(folder, "bin")].join(delimiter);

describe("the engine", () => {
  test("is the Pulumi CLI that PATH has, without starting anything", async () => {
    await program(join(folder, "bin", "pulumi"), 0);
    await program(paths.shim, 0);
    expect(await choose({ PATH: PATH() })).toEqual({
      kind: "pulumi",
      program: join(folder, "bin", "pulumi"),
      leadingArgs: [],
      reason: "found on PATH",
    });
    expect(await starts()).toBe(0);
  });

  test("is not a file on PATH that cannot be run, nor npm's own, which npm puts there always", async () => {
    await program(join(folder, "bin", "pulumi"), 0, 0o644);
    await program(join(folder, "elsewhere", "node_modules", ".bin", "pulumi"), 0);
    const path = [PATH(), join(folder, "elsewhere", "node_modules", ".bin")].join(delimiter);
    expect(await choose({ PATH: path })).toEqual(offline(none));
  });

  test("is the CLI that npm brings, and that is found out once", async () => {
    await program(paths.shim, 0);
    const brought = { kind: "pulumi", program: paths.shim };
    expect(await choose({ PATH: PATH() })).toMatchObject(brought);
    expect(await choose({ PATH: PATH() })).toMatchObject(brought);
    expect(await starts()).toBe(1);
  });

  test("is the offline one where npm brings none, and that is remembered for a day", async () => {
    await program(paths.shim, 1);
    expect(await choose({ PATH: PATH() })).toEqual(offline(none));
    expect(await choose({ PATH: PATH() })).toEqual(offline(none));
    expect(await starts()).toBe(1);
    const dayAgo = Date.now() - 25 * 3600 * 1000;
    await writeFile(paths.memory, JSON.stringify({ works: false, triedAt: dayAgo }));
    await choose({ PATH: PATH() });
    expect(await starts()).toBe(2);
  });

  test("is found anew when the note of the last time is broken", async () => {
    await program(paths.shim, 0);
    await mkdir(join(folder, "cache"));
    await writeFile(paths.memory, "{");
    expect((await choose({ PATH: PATH() })).kind).toBe("pulumi");
  });

  test("is the offline one where there is neither PATH nor npm's", async () => {
    expect(await choose({})).toEqual(offline(none));
  });
});

describe("SYNFLEET_ENGINE", () => {
  test("offline is taken at its word, also where there is a CLI", async () => {
    await program(join(folder, "bin", "pulumi"), 0);
    expect(await choose({ PATH: PATH(), SYNFLEET_ENGINE: "offline" })).toEqual(
      offline("SYNFLEET_ENGINE=offline"),
    );
  });

  test("pulumi asks npm again, whatever is remembered, and fails where there is none", async () => {
    await program(paths.shim, 1);
    await choose({ PATH: PATH() });
    await expect(choose({ PATH: PATH(), SYNFLEET_ENGINE: "pulumi" })).rejects.toThrow(
      /^SYNFLEET_ENGINE: got "pulumi", but there is no pulumi on PATH .* set SYNFLEET_ENGINE=offline\.$/,
    );
    expect(await starts()).toBe(2);
  });

  test("anything else is refused", async () => {
    await expect(choose({ SYNFLEET_ENGINE: "terraform" })).rejects.toThrow(
      'SYNFLEET_ENGINE: got "terraform"; allowed: pulumi, offline. Unset it to let Synfleet choose.',
    );
  });
});
