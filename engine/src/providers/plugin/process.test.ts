/** A plugin's life: what it may do wrong at its start, its death while it works, and that nothing of it stays. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive } from "../../testing/alive.ts";
import { PluginDied, PluginProcess, type PluginTimes } from "./process.ts";

let folder: string;
let started: PluginProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plugin-process-"));
  started = [];
});
afterEach(async () => {
  for (const plugin of started) plugin.kill();
  await Promise.all(started.map((plugin) => plugin.ended));
  rmSync(folder, { recursive: true, force: true });
});

const HURRIED: PluginTimes = { startSeconds: 60, endSeconds: 0.2 };

function start(script: string, times: PluginTimes = HURRIED): PluginProcess {
  const path = join(folder, "pulumi-resource-x");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  const command = { name: "x", path, command: path, arguments: [], env: { MORE: "more" } };
  const place = { cwd: folder, env: { ...process.env, OWN: "own" } };
  const plugin = new PluginProcess(command, "127.0.0.1:9", place, times);
  started.push(plugin);
  return plugin;
}

test("the first line is its port; it runs in the project's folder with the engine's address", async () => {
  const plugin = start('echo "$1 $OWN $MORE $PWD" > told; echo " 4711 "; exec sleep 1000');
  await expect(plugin.port).resolves.toBe(4711);
  expect(readFileSync(join(folder, "told"), "utf8").trim()).toBe(`127.0.0.1:9 own more ${folder}`);
});

test.each([
  [
    "echo gone wrong >&2; exit 3",
    /x \(.*x\) ended with code 3 before it told its port.*gone wrong/s,
  ],
  ["kill -9 $$", /was ended by SIGKILL before it told its port.*it wrote nothing else/s],
  ["echo listening; sleep 1000", /wrote "listening" as the first line.*expected is the port/s],
  ["echo 70000; sleep 1000", /wrote "70000".*1 to 65535/s],
])("%s", async (script, message) => {
  await expect(start(script).port).rejects.toThrow(message);
});

test("one that does not start at all says why", async () => {
  const command = { name: "x", path: "/nowhere/x", command: "/nowhere/x", arguments: [], env: {} };
  const plugin = new PluginProcess(command, "", { cwd: folder, env: process.env });
  await expect(plugin.port).rejects.toThrow(/could not be started: .*ENOENT/);
});

test("one that says nothing is not waited for for ever", async () => {
  const plugin = start("exec sleep 1000", { startSeconds: 0.1, endSeconds: 0.1 });
  await expect(plugin.port).rejects.toThrow("did not tell its port within 0.1 s");
});

test("its death is told with its last lines, of both outputs", async () => {
  const plugin = start("echo 4711; echo said; echo cried >&2; exit 7");
  await plugin.ended;
  const death = plugin.died("during create of urn");
  expect(death).toBeInstanceOf(PluginDied);
  expect(death.message).toMatch(/ended with code 7 during create of urn/);
  expect(death.message).toContain("  said");
  expect(death.message).toContain("  cried");
});

test("it is asked to end, and what it started ends with it", async () => {
  const plugin = start(
    // The child is only there when it is no copy of the shell any more, which would take the signal for itself.
    "trap 'echo > asked; exit 0' TERM; sleep 1000 & echo $! > child; " +
      "until grep -q sleep /proc/$!/comm; do :; done; echo 4711; wait",
    { startSeconds: 60, endSeconds: 60 },
  );
  await plugin.port;
  const child = Number(readFileSync(join(folder, "child"), "utf8"));
  expect(isAlive(child)).toBe(true);
  await plugin.stop();
  expect(existsSync(join(folder, "asked"))).toBe(true);
  await expect.poll(() => isAlive(child), { timeout: 10_000 }).toBe(false);
});

test("one that does not want to end is ended", async () => {
  const plugin = start("trap '' TERM; echo 4711; while :; do sleep 1000; done");
  await plugin.port;
  await plugin.stop();
  await expect(plugin.ended).resolves.toBe("was ended by SIGKILL");
});
