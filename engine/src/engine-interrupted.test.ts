/** Runs that end in the middle, and what the next one makes of what they left. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Lab, type StateResource } from "./testing/lab.ts";
import { logOf, objectsIn } from "./testing/memory-provider.ts";

// Whole commands, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let lab: Lab;
beforeEach(async () => {
  lab = new Lab();
  await lab.run("stack", "init", "dev");
});
afterEach(() => lab.dispose());

const thing = (name: string, props: object = {}, rest: object = {}): object => ({
  name,
  props: { name, ...props },
  ...rest,
});

describe("ends in the middle", () => {
  const runner = fileURLToPath(new URL("./testing/run-lab.ts", import.meta.url));
  const start = () =>
    spawn(process.execPath, [runner, lab.program, lab.objects, "up", "--yes", "--skip-preview"], {
      env: lab.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  const until = async (condition: () => boolean): Promise<void> => {
    const DEADLINE_MILLISECONDS = 15_000;
    for (let waited = 0; !condition(); waited += 20) {
      if (waited > DEADLINE_MILLISECONDS) throw new Error("it never happened");
      await sleep(20);
    }
  };

  test("kill -9: what was being made is removed and made anew by the next up", async () => {
    lab.declare([thing("a"), thing("slow", { value: "${a.echo}", delayMilliseconds: 60_000 })]);
    const child = start();
    await until(() => logOf(lab.objects).includes("create slow"));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(lab.resource("a")).toBeDefined();
    expect(lab.checkpoint().pending_operations).toHaveLength(1);

    lab.declare([thing("a"), thing("slow")]);
    const { code, out } = await lab.up();
    expect(out).toContain(
      "interrupted while creating slow; what it had made (memory object slow) was removed",
    );
    expect(code).toBe(0);
    expect(logOf(lab.objects).slice(-2)).toEqual(["discard slow", "create slow"]);
    expect(lab.checkpoint().pending_operations).toBeUndefined();
  });

  test("Ctrl-C: what runs is ended and recorded, the lock goes", async () => {
    lab.declare([
      thing("a"),
      thing("slow", { delayMilliseconds: 60_000 }),
      thing("never", { value: "${slow.echo}" }),
    ]);
    const child = start();
    await until(() => logOf(lab.objects).includes("create slow"));
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(1);
    expect(lab.resource("a")).toBeDefined();
    expect(objectsIn(lab.objects)).not.toContain("never");
    expect(lab.checkpoint().pending_operations).toHaveLength(1);
    expect(readdirSync(lab.locks)).toEqual([]);

    lab.declare([thing("a"), thing("slow")]);
    expect((await lab.up()).code).toBe(0);
    expect(logOf(lab.objects).slice(-2)).toEqual(["discard slow", "create slow"]);
  });

  test("customTimeouts end a call", async () => {
    const options = { customTimeouts: { create: "200ms" } };
    lab.declare([thing("slow", { delayMilliseconds: 60_000 }, { options })]);
    const { code, out } = await lab.up();
    expect(code).toBe(1);
    expect(out).toContain("timed out after 0.2 s (customTimeouts.create)");
  });
});

describe("what an interrupted run noted", () => {
  const object = (name: string): string => join(lab.objects, `${name}.json`);

  interface Latest {
    resources: StateResource[];
    pending_operations?: object[];
  }
  function edit(change: (latest: Latest) => void): void {
    const file = JSON.parse(readFileSync(lab.state, "utf8")) as { checkpoint: { latest: Latest } };
    change(file.checkpoint.latest);
    writeFileSync(lab.state, JSON.stringify(file));
  }
  const named = (name: string) => (r: StateResource) => r.urn.endsWith(`::${name}`);

  /** The state as a run leaves it that is killed while it does this to a resource. */
  const leave = (name: string, type: string): void =>
    edit((latest) => {
      const resource = latest.resources.find(named(name))!;
      latest.pending_operations = [{ type, resource }];
    });

  test("a deletion that was done: it is made anew where it is wanted", async () => {
    lab.declare([thing("a"), thing("b", { value: "${a.echo}" })]);
    await lab.up();
    leave("a", "deleting");
    rmSync(object("a"));
    expect((await lab.run("preview")).out).toContain("+-1 to replace");
    const { code, out } = await lab.up();
    expect(out).toContain("an earlier run was interrupted while deleting a, which is gone");
    expect(code).toBe(0);
    expect(objectsIn(lab.objects)).toEqual(["a", "b"]);
    expect(lab.resource("a")!["pendingReplacement"]).toBeUndefined();
    expect(logOf(lab.objects)).not.toContain("delete a");
    expect((await lab.up("--expect-no-changes")).code).toBe(0);
  });

  test("a deletion that nothing can stop any more is brought to its end, and it is made anew", async () => {
    lab.declare([thing("a")]);
    await lab.up();
    leave("a", "deleting");
    const going = { ...(JSON.parse(readFileSync(object("a"), "utf8")) as object), going: true };
    writeFileSync(object("a"), JSON.stringify(going));
    expect((await lab.up()).code).toBe(0);
    expect(logOf(lab.objects)).toEqual(["create a", "delete a", "create a"]);
    expect(readFileSync(object("a"), "utf8")).not.toContain("going");
  });

  test("a deletion that had not begun: it stays, as it is now", async () => {
    lab.declare([thing("a", { value: "1" })]);
    await lab.up();
    leave("a", "deleting");
    const now = { ...(JSON.parse(readFileSync(object("a"), "utf8")) as object), value: "halted" };
    writeFileSync(object("a"), JSON.stringify(now));
    expect((await lab.up()).out).toContain("~ 1 updated");
    expect(logOf(lab.objects)).toEqual(["create a", "update a"]);
  });

  test("a deletion that was done, of what is not wanted any more", async () => {
    lab.declare([thing("a"), thing("b", { value: "${a.echo}" })]);
    await lab.up();
    leave("b", "deleting");
    rmSync(object("b"));
    lab.declare([thing("a")]);
    expect((await lab.up()).code).toBe(0);
    expect(lab.resource("b")).toBeUndefined();
    expect(lab.checkpoint().pending_operations).toBeUndefined();
  });

  test("an update that was done is undone when the program takes it back", async () => {
    lab.declare([thing("a", { value: "1" })]);
    await lab.up();
    leave("a", "updating");
    const now = { ...(JSON.parse(readFileSync(object("a"), "utf8")) as object), value: "2" };
    writeFileSync(object("a"), JSON.stringify(now));
    const { code, out } = await lab.up();
    expect(out).toContain("~ 1 updated");
    expect(code).toBe(0);
    expect(readFileSync(object("a"), "utf8")).toContain('"value":"1"');
  });

  test("a creation by the CLI, which does not say when: nothing is touched, and a refresh forgets it", async () => {
    lab.declare([thing("a"), thing("b")]);
    await lab.up();
    edit((latest) => {
      const { modified: _, ...resource } = latest.resources.pop()!;
      latest.pending_operations = [{ type: "creating", resource }];
    });
    lab.declare([thing("a")]);
    const { code, out } = await lab.up();
    expect(out).toContain("look for it and remove it by hand");
    expect(code).toBe(0);
    expect(existsSync(object("b"))).toBe(true);
    expect(lab.checkpoint().pending_operations).toHaveLength(1);
    expect((await lab.run("refresh", "--yes", "--skip-preview")).code).toBe(0);
    expect(lab.checkpoint().pending_operations).toBeUndefined();
  });

  test("the first half of a replacement: what then gets the old one's name is not deleted in its stead", async () => {
    const program = [thing("a", { fixed: "1" })];
    lab.declare(program);
    await lab.up();
    edit((latest) => (latest.resources.find(named("a"))!["pendingReplacement"] = true));
    rmSync(object("a"));
    const { code, out } = await lab.up();
    expect(out).toContain("+-1 replaced");
    expect(code).toBe(0);
    expect(objectsIn(lab.objects)).toEqual(["a"]);
    expect(lab.checkpoint().resources!.filter((r) => r.urn.endsWith("::a"))).toHaveLength(1);
  });
});
