/** What is wrong from the start, or goes wrong in the program, on the real command line: the words, the exit code, what is left. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CommandLine, type Running } from "./command-line.ts";

// Whole commands, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let line: CommandLine;
beforeEach(() => {
  line = new CommandLine();
});
afterEach(() => line.dispose());

const URN = "urn:pulumi:dev::words::";
const NOPE = "random:index/randomNope:RandomNope";
const GET_THE_CLI = "it needs the Pulumi CLI: `npm install -g pulumi`";

describe("what this engine does not have is refused before anything is made", () => {
  const UNKNOWN_TYPE = `${URN}${NOPE}::nope: resource type ${NOPE} is not supported by the offline engine; of package random it has: `;
  test.each([
    ["a resource type", `text("a"); new Resource("${NOPE}", "nope", {});`, UNKNOWN_TYPE],
    [
      "a type that is only read",
      `text("a"); new Resource("${NOPE}", "nope", {}, { id: "x" });`,
      UNKNOWN_TYPE,
    ],
    [
      "a package",
      `text("a"); new Resource("aws:s3/bucket:Bucket", "b", {});`,
      "package aws is not supported by the offline engine; it has: random, tls, command, docker, kubernetes;",
    ],
    [
      "a version that is newer",
      `text("a"); text("b", 5, { version: "4.99.0" });`,
      "no resource plugin 'pulumi-resource-random' found at version v4.99.0: that version is not supported by the offline " +
        "engine; it has random 4.21.2 and takes 4.0 to 4.21;",
    ],
    [
      "another major version",
      `text("a"); text("b", 5, { version: "3.2.0" });`,
      "found at version v3.2.0",
    ],
  ])("%s", async (_, program, words) => {
    line.declare(program);
    const before = line.read();
    const { code, out } = await line.run("up", "--yes");
    expect(out).toContain(words);
    expect(out).toContain(GET_THE_CLI);
    expect(code).toBe(255);
    expect(line.read()).toBe(before);
  });

  test("without a preview, what else is registered with it is not made", async () => {
    line.declare(`command("made", "echo on"); new Resource("${NOPE}", "nope", {});`);
    const { code, out } = await line.up();
    expect(out).toContain(UNKNOWN_TYPE);
    expect(code).toBe(255);
    expect(line.read()).not.toContain("::made");
  });

  test("a version that is older is taken", async () => {
    line.declare(`text("a", 5, { version: "4.3.1" });`);
    expect((await line.up()).code).toBe(0);
  });

  test.each([["up", "--skip-preview"], ["destroy"], ["refresh"]])(
    "a type that the state has, from the CLI: %s",
    async (...command) => {
      line.declare(`text("a"); text("b");`);
      await line.up();
      const file = JSON.parse(line.read()) as {
        checkpoint: { latest: { resources: { urn: string; type: string }[] } };
      };
      const b = file.checkpoint.latest.resources.find(({ urn }) => urn.endsWith("::b"))!;
      Object.assign(b, { type: NOPE, urn: `${URN}${NOPE}::b` });
      line.write(JSON.stringify(file));
      const before = line.read();
      line.declare(`text("c");`);
      const { code, out } = await line.run(...command, "--yes");
      expect(out).toContain(`${URN}${NOPE}::b: resource type ${NOPE} is not supported`);
      expect(code).toBe(255);
      expect(line.read()).toBe(before);
    },
  );
});

describe("files and passphrases", () => {
  const SECRETS = "error: getting stack configuration: get stack secrets manager: ";
  test.each(["up", "preview", "destroy", "refresh"])("a wrong passphrase: %s", async (command) => {
    line.declare("");
    line.env["PULUMI_CONFIG_PASSPHRASE"] = "another";
    const before = line.read();
    const { code, out } = await line.run(command, ...(command === "preview" ? [] : ["--yes"]));
    expect(out).toBe(`${SECRETS}incorrect passphrase\n`);
    expect(code).toBe(1);
    expect(line.read()).toBe(before);
  });

  test("no passphrase", async () => {
    line.declare("");
    delete line.env["PULUMI_CONFIG_PASSPHRASE"];
    const { code, out } = await line.up();
    expect(out).toBe(
      `${SECRETS}passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables\n`,
    );
    expect(code).toBe(1);
  });

  test("a checkpoint of a newer version is left as it is", async () => {
    line.declare("");
    line.write(line.read().replace('"version":3', '"version":5'));
    const before = line.read();
    const { code, out } = await line.up();
    expect(out).toContain(
      "error: failed to load checkpoint: unsupported checkpoint version 5: the state file ",
    );
    expect(out).toContain(line.state);
    expect(code).toBe(1);
    expect(line.read()).toBe(before);
  });
});

describe("programs", () => {
  test.each([
    [
      "throws",
      `text("a"); throw new Error("it gave up");`,
      /error: Running program '.*index\.js' failed with an unhandled exception:\n\s+Error: it gave up/,
    ],
    [
      "leaves a promise that fails",
      `text("a"); Promise.reject(new Error("nobody cared"));`,
      /failed with an unhandled exception:\n\s+Error: nobody cared/,
    ],
    [
      "exits by itself",
      `text("a"); setTimeout(() => process.exit(3), 0);`,
      /error: an unhandled error occurred: Program exited with non-zero exit code: 3\n/,
    ],
    [
      "exits before a registration began",
      `text("a"); process.exit(0);`,
      /the program exited before the following resource[^]*"a" \[random:index\/randomString:RandomString\][^]*error: an unhandled error occurred: Program exited with non-zero exit code: 1\n/,
    ],
    [
      "exits while a registration is open",
      `command("slow", "sleep 1"); setTimeout(() => process.exit(0), 500);`,
      /promises were still active[^]*error: an unhandled error occurred: Program exited with non-zero exit code: 1\n/,
    ],
  ])("one that %s", async (_, program, words) => {
    line.declare(`text("before");`);
    await line.up();
    line.declare(program);
    const { code, out } = await line.up();
    expect(out).toMatch(words);
    expect(code).toBe(1);
    // What it did not come to register stays, and what it began is recorded.
    expect(line.read()).toContain("::before");
    expect(line.read().includes("::slow")).toBe(program.includes("slow"));
    expect(line.read()).not.toContain("pending_operations");
  });

  test("one that goes on when a step has failed is not heard any more", async () => {
    line.declare(`
      command("bad", "sleep 0.3; exit 4");
      command("slow", "sleep 2");
      setTimeout(() => { text("late"); pulumi.runtime.invoke("random:index:none", {}).catch(() => {}); }, 800);
    `);
    const { code, out } = await line.up();
    expect(out).toContain("error: exit status 4");
    expect(out).toContain("error: update failed");
    expect(out).not.toMatch(/Channel has been shut down|UNAVAILABLE|\n\s+at /);
    expect(code).toBe(1);
    expect(line.read()).toContain("::slow");
  });
});

describe("Ctrl-C", () => {
  const begun = (run: Running, words: string): Promise<void> =>
    vi.waitFor(() => expect(run.said()).toContain(words), { timeout: 30_000, interval: 50 });
  const locks = (): string[] => {
    const folder = join(line.root, ".pulumi", "locks", "organization", "words", "dev");
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  test.each(["SIGINT", "SIGTERM"] as const)("a program that never ends, %s", async (signal) => {
    line.declare(`text("a"); setInterval(() => {}, 1000);`);
    const run = line.start("up", "--yes", "--skip-preview");
    await begun(run, "a created");
    run.child.kill(signal);
    const { code, out } = await run.ended;
    expect(out).toContain(
      signal === "SIGINT"
        ? "^C received; cancelling. If you would like to terminate immediately, press ^C again.\n"
        : "SIGTERM received; cancelling. If you would like to terminate immediately, send SIGTERM again.\n",
    );
    expect(out).toContain("Note that terminating immediately may lead to orphaned resources");
    expect(out).toContain("error: update canceled");
    expect(code).toBe(1);
    expect(line.read()).toContain("::a");
    expect(locks()).toEqual([]);
  });

  test("twice: it ends at once, without its lock, and what was being made is noted", async () => {
    line.declare(`command("deaf", "trap '' TERM INT; echo on; sleep 20");`);
    const run = line.start("up", "--yes", "--skip-preview");
    await begun(run, "deaf creating (0s) on");
    run.child.kill("SIGINT");
    await begun(run, "^C received; cancelling");
    run.child.kill("SIGINT");
    const { code, out } = await run.ended;
    expect(out).toContain("^C received; terminating\n");
    expect(out).toContain("error: update cancelled\n");
    expect(code).toBe(8);
    expect(line.read()).toContain('"creating"');
    expect(locks()).toEqual([]);
  });

  test("two runs at once: the second is refused by the lock of the first, which goes on", async () => {
    line.declare(`command("slow", "echo on; sleep 3");`);
    const first = line.start("up", "--yes", "--skip-preview");
    await begun(first, "slow creating (0s) on");
    const refused = await line.up();
    expect(refused.out).toMatch(
      new RegExp(
        "^error: the stack is currently locked by 1 lock\\(s\\)\\. Either wait for the other process\\(es\\) to end or delete " +
          "the lock file with `pulumi cancel`\\.\\n" +
          `  file://.*/locks/organization/words/dev/.*\\.json\\?no_tmp_dir=true: created by .*@.* \\(pid ${first.child.pid}\\) at `,
      ),
    );
    expect(refused.code).toBe(1);
    expect((await first.ended).code).toBe(0);
    expect((await line.up()).code).toBe(0);
  });
});
