import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../../../commands/support/process.ts";
import * as scripts from "./scripts.ts";

/**
 * Notes each call as a line, and ends as the test said: the file named after the call's verb and target (`exec.postgres1`,
 * or `exec.postgres1.apply` for one program of it) has an exit code and what is printed.
 */
const fakeDocker = `#!/bin/sh
printf '%s\\n' "$*" >> "$LAB/calls"
shift 2
target=$2
name=
case $1 in
  exec) name=.\${3##*/} ;;
  cp) cat > "$LAB/copied" ;;
  create) echo carrier ;;
esac
for answer in "$LAB/$1.$target$name" "$LAB/$1.$target"; do
  [ -f "$answer" ] || continue
  read -r code text < "$answer"
  [ -z "$text" ] || echo "$text"
  exit "$code"
done
`;

let lab: string;
beforeEach(async () => {
  lab = await mkdtemp(join(tmpdir(), "synfleet-scripts-"));
  await writeFile(join(lab, "docker"), fakeDocker, { mode: 0o755 });
});
afterEach(() => rm(lab, { recursive: true }));

const answer = (call: string, code: number, text = "") =>
  writeFile(join(lab, call), `${code} ${text}\n`);
const calls = async () => (await readFile(join(lab, "calls"), "utf8")).trim().split("\n");
const copied = () => readFile(join(lab, "copied"), "utf8").catch(() => undefined);

const start = (script: string, env: Record<string, string> = {}, input = "") =>
  run("sh", ["-c", script], {
    input,
    env: {
      PATH: `${lab}:${process.env["PATH"]}`,
      LAB: lab,
      HOST: "unix:///docker.sock",
      CONTAINER: "postgres1",
      READY_SECONDS: "0",
      READY_COMMAND: "/usr/local/bin/ready",
      APPLY_COMMAND: "/usr/local/bin/apply",
      HEALTHY_COMMAND: "/usr/local/bin/healthy",
      STOP_SECONDS: "120",
      IMAGE: "synfleet/postgres:1",
      VOLUME: "postgres1-config",
      DIRECTORY: "/etc/synfleet",
      PEERS: "",
      PEER_COMMAND: "/usr/local/bin/ready",
      ...env,
    },
  });
const on = (host: string, words: string) => `--host ${host} ${words}`;
const here = (words: string) => on("unix:///docker.sock", words);
const archive = Buffer.from("the files").toString("base64");

const writing = [
  here("create --network none --volume postgres1-config:/etc/synfleet synfleet/postgres:1 true"),
  here("cp - carrier:/etc/synfleet"),
  here("rm --force carrier"),
];

describe("writeFiles", () => {
  test("puts standard input into the volume through a container that never starts", async () => {
    expect(await start(scripts.writeFiles, {}, archive)).toMatchObject({ code: 0 });
    expect(await copied()).toBe("the files");
    expect(await calls()).toEqual(writing);
  });

  test("removes the carrier also when the copy fails", async () => {
    await answer("cp.-", 1);
    expect((await start(scripts.writeFiles, {}, archive)).code).toBe(1);
    expect((await calls()).at(-1)).toBe(here("rm --force carrier"));
  });
});

describe("writeFilesGated", () => {
  const peers = { PEERS: "postgres2,unix:///docker.sock postgres3,ssh://root@10.0.0.3" };

  test("asks every peer on its own host first", async () => {
    expect((await start(scripts.writeFilesGated, peers, archive)).code).toBe(0);
    expect(await calls()).toEqual([
      here("exec postgres2 /usr/local/bin/ready"),
      on("ssh://root@10.0.0.3", "exec postgres3 /usr/local/bin/ready"),
      ...writing,
    ]);
  });

  test("writes nothing while one is not ready, and says which, why, and what to do", async () => {
    await answer("exec.postgres3", 1, "catching up with postgres2");
    const { code, stderr } = await start(scripts.writeFilesGated, peers, archive);
    expect(code).toBe(1);
    expect(await copied()).toBeUndefined();
    expect((await calls()).filter((call) => /create|cp /.test(call))).toEqual([]);
    expect(stderr).toContain("postgres3 is not ready after 0 s: catching up with postgres2");
    expect(stderr).toContain(
      "nothing was changed on postgres1: bring postgres3 back first, or set synfleet:rolloutGate to false",
    );
  });

  test.each([
    ["peers postgres2,unix:///docker.sock", ["postgres2"]],
    ["peers postgres3,ssh://root@10.0.0.3", ["postgres3"]],
    [
      "peers postgres3,ssh://root@10.0.0.3 postgres2,unix:///docker.sock",
      ["postgres2", "postgres3"],
    ],
    ["peers ", []],
    ["peers", []],
    ["peers postgres2,unix:///docker.socket", []],
    ["of a version that told nothing", ["postgres2", "postgres3"]],
  ])("does not wait for members that are new: the last run told %j", async (told, asked) => {
    const env = { ...peers, PULUMI_COMMAND_STDOUT: told };
    expect((await start(scripts.writeFilesGated, env, archive)).code).toBe(0);
    const gate = (await calls()).filter((call) => call.includes(" exec "));
    expect(gate.map((call) => / exec (\S+)/.exec(call)![1])).toEqual(asked);
  });

  test("asks the engine for peers that may be of another version", async () => {
    await answer("inspect.--format", 0, "running healthy");
    const env = { ...peers, PEER_COMMAND: "" };
    expect((await start(scripts.writeFilesGated, env, archive)).code).toBe(0);
    await answer("inspect.--format", 0, "running unhealthy");
    const { code, stderr } = await start(scripts.writeFilesGated, env, archive);
    expect([code, stderr]).toEqual([1, expect.stringContaining("0 s: running unhealthy")]);
  });

  test("tells its peers to the next run", async () => {
    expect((await start(scripts.writeFilesGated, peers, archive)).stdout).toBe(
      `peers ${peers.PEERS}\n`,
    );
  });

  test("asks nobody with the gate open", async () => {
    expect((await start(scripts.writeFilesGated, { ...peers, GATE: "open" }, archive)).code).toBe(
      0,
    );
    expect(await calls()).toEqual(writing);
  });
});

describe("settle", () => {
  const begin = [
    here("start postgres1"),
    here("exec postgres1 /usr/local/bin/healthy"),
    here("exec postgres1 /usr/local/bin/apply"),
  ];
  const ready = here("exec postgres1 /usr/local/bin/ready");

  test("is a reload and then the wait, when apply ends with 0", async () => {
    expect((await start(scripts.settle)).code).toBe(0);
    expect(await calls()).toEqual([...begin, ready]);
  });

  test("is a restart with the service's own time to stop, when apply ends with 10", async () => {
    await answer("exec.postgres1.apply", 10);
    expect((await start(scripts.settle)).code).toBe(0);
    expect(await calls()).toEqual([...begin, here("restart --time 120 postgres1"), ready]);
  });

  test("fails without a restart, when apply ends otherwise", async () => {
    await answer("exec.postgres1.apply", 3, "configuration refused");
    const { code, stdout, stderr } = await start(scripts.settle);
    expect(code).toBe(1);
    expect(stdout).toContain("configuration refused");
    expect(stderr).toContain("postgres1 could not take the new files (exit code 3)");
    expect(await calls()).toEqual(begin);
  });

  test("fails with the reason and the end of the log, when it is not ready in time", async () => {
    await answer("exec.postgres1.ready", 1, "withdrawn: catching up");
    await answer("logs.--tail", 0);
    const { code, stderr } = await start(scripts.settle);
    expect(code).not.toBe(0);
    expect(stderr).toContain("postgres1 is not ready after 0 s: withdrawn: catching up");
    expect((await calls()).at(-1)).toBe(here("logs --tail 20 postgres1"));
  });

  test("asks by a command of several words as they are given", async () => {
    const READY_COMMAND = ["curl", "--fail", "https://localhost/a b?*"].join("\n");
    expect((await start(scripts.settleByRestart, { READY_COMMAND })).code).toBe(0);
    expect((await calls()).at(-1)).toBe(here("exec postgres1 curl --fail https://localhost/a b?*"));
  });

  test("without a command to ask by is over when the container runs", async () => {
    await answer("inspect.--format", 0, "restarting");
    const failed = await start(scripts.settleByRestart, { READY_COMMAND: "" });
    expect(failed.stderr).toContain("postgres1 is not ready after 0 s: restarting");
    await answer("inspect.--format", 0, "running");
    expect((await start(scripts.settleByRestart, { READY_COMMAND: "" })).code).toBe(0);
  });

  test("of a service that knows no reload is a restart", async () => {
    expect((await start(scripts.settleByRestart)).code).toBe(0);
    expect(await calls()).toEqual([here("restart --time 120 postgres1"), ready]);
  });
});

describe.each(["awaitEnd", "runAgain"] as const)("%s", (script) => {
  test.each([
    ["0", 0, ""],
    ["1", 1, "init ended with exit code 1\n"],
  ])("of a container that ended with %s", async (ended, code, stderr) => {
    await answer("wait.init", 0, ended);
    await answer("logs.init", 0, "every member is admitted");
    expect(await start(scripts[script], { CONTAINER: "init" })).toEqual({
      code,
      stdout: "every member is admitted\n",
      stderr,
    });
    expect((await calls()).includes(here("start init"))).toBe(script === "runAgain");
  });
});

test("no script has a value of a workload in its text", () => {
  for (const [name, script] of Object.entries(scripts)) {
    if (name === "useClient") continue;
    expect(script.startsWith("set -eu\n")).toBe(true);
    expect(script).not.toMatch(/synfleet-|postgres|password/);
  }
});

describe("awaitMembers", () => {
  const members = { MEMBERS: "postgres1,unix:///docker.sock postgres2,ssh://root@10.0.0.3" };

  test("asks every member on its own host", async () => {
    expect((await start(scripts.awaitMembers, members)).code).toBe(0);
    expect(await calls()).toEqual([
      here("exec postgres1 /usr/local/bin/ready"),
      on("ssh://root@10.0.0.3", "exec postgres2 /usr/local/bin/ready"),
    ]);
  });

  test("fails with the reason of one that does not become ready", async () => {
    await answer("exec.postgres2", 1, "follows nobody");
    const { code, stderr } = await start(scripts.awaitMembers, members);
    expect([code, stderr]).toEqual([1, expect.stringContaining("follows nobody")]);
  });
});
