/** The rules for what goes wrong and what a resource's options ask, from end to end. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { markOf } from "./state/process.ts";
import { Lab } from "./testing/lab.ts";
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

test("a resource that fails leaves the others recorded, and the next up goes on", async () => {
  lab.declare([thing("a"), thing("b", { failCreate: true }), thing("c", { value: "${b.echo}" })]);
  const { code, out } = await lab.up();
  expect(code).toBe(1);
  expect(out).toContain("it was told to fail");
  expect(lab.resource("a")!.id).toBe("a");
  expect(lab.resource("b")).toBeUndefined();
  expect(lab.checkpoint().pending_operations).toBeUndefined();

  lab.declare([thing("a"), thing("b", { partial: true })]);
  expect((await lab.up()).code).toBe(1);
  expect(lab.resource("b")!["initErrors"]).toEqual(["half of it worked"]);

  lab.declare([thing("a"), thing("b")]);
  const third = await lab.up();
  expect(third.out).toContain("~ 1 updated");
  expect(lab.resource("b")!["initErrors"]).toBeUndefined();
});

test("a run that goes on after errors does all that does not stand on what failed", async () => {
  lab.declare([
    thing("a", { failCreate: true }),
    thing("b", { delayMilliseconds: 200 }),
    thing("c", { value: "${a.echo}" }),
    thing("d", { failDelete: true, value: "${b.echo}" }),
    thing("e", {}, { dependsOn: ["d"] }),
  ]);
  const { code, out } = await lab.up("--continue-on-error");
  expect(out).toContain("it was told to fail");
  expect(code).toBe(1);
  expect(objectsIn(lab.objects).sort()).toEqual(["b", "d", "e"]);
  expect(lab.resource("a")).toBeUndefined();

  const end = await lab.run("destroy", "--yes", "--skip-preview", "--continue-on-error");
  expect(end.out).toContain("- 1 deleted");
  expect(end.code).toBe(1);
  expect(objectsIn(lab.objects).sort()).toEqual(["b", "d"]);
});

test("delete before replace takes dependants that would be replaced along, in reverse order", async () => {
  const program = (fixed: string): object[] => [
    thing("a", { dbr: true, fixed, value: fixed }),
    thing("b", { fixed: "${a.echo}" }, { options: { deleteBeforeReplace: true } }),
    thing("c", { value: "${a.echo}" }),
  ];
  lab.declare(program("1"));
  await lab.up();
  lab.declare(program("2"));
  const { code, out } = await lab.up();
  expect(out).toContain("+-2 replaced");
  expect(code).toBe(0);
  const log = logOf(lab.objects).slice(3);
  expect(log.slice(0, 3)).toEqual(["delete b", "delete a", "create a"]);
  expect(log.slice(3).sort()).toEqual(["create b", "update c"]);
});

test("protect, retainOnDelete, ignoreChanges, deletedWith and aliases", async () => {
  lab.declare([
    { name: "group", kind: "component" },
    thing("p", {}, { options: { protect: true } }),
    thing("r", {}, { options: { retainOnDelete: true } }),
    thing("i", { value: "1" }, { options: { ignoreChanges: ["value"] } }),
    thing("child", {}, { parent: "group" }),
  ]);
  expect((await lab.up()).code).toBe(0);
  lab.declare([
    { name: "crowd", kind: "component", aliases: [{ name: "group" }] },
    thing("i", { value: "2" }, { options: { ignoreChanges: ["value"] } }),
    thing("child", {}, { parent: "crowd" }),
    thing("p", {}, { options: { protect: true } }),
  ]);
  const renamed = await lab.up();
  expect(renamed.out).toContain("- 1 deleted");
  expect(logOf(lab.objects)).not.toContain("delete r");
  expect(lab.resource("i")!.inputs!["value"]).toBe("1");
  expect(lab.resource("child")!["parent"]).toMatch(/::crowd$/);

  const refused = await lab.run("destroy", "--yes", "--skip-preview");
  expect(refused.code).toBe(1);
  expect(refused.out).toContain("because it is protected");
  expect(objectsIn(lab.objects)).toContain("p");
  expect(lab.resource("i")).toBeUndefined();
});

test("a program that fails deletes nothing, and its words are shown without its secrets", async () => {
  lab.declare([thing("a"), thing("b")], { speaks: "I know that hush-hush" });
  await lab.run("config", "set", "--secret", "password", "hush-hush");
  const first = await lab.up();
  expect(first.out).toContain("I know that [secret]");
  expect((await lab.run("stack", "output", "password", "--show-secrets")).out).toBe("hush-hush\n");
  lab.declare([thing("a")], { throws: true });
  const { code, out } = await lab.up();
  expect(code).toBe(1);
  expect(out).toContain("the program gave up");
  expect(objectsIn(lab.objects)).toEqual(["a", "b"]);
});

test("only targets are touched", async () => {
  lab.declare([thing("a", { value: "1" }), thing("b", { value: "1" })]);
  await lab.up();
  lab.declare([thing("a", { value: "2" }), thing("b", { value: "2" }), thing("c")]);
  const { code } = await lab.up("--target", lab.resource("b")!.urn);
  expect(code).toBe(0);
  expect(lab.resource("a")!.inputs!["value"]).toBe("1");
  expect(lab.resource("b")!.inputs!["value"]).toBe("2");
  expect(objectsIn(lab.objects)).toEqual(["a", "b"]);
});

test("a destroy leaves what is excluded and what it stands on, and an up finds it again", async () => {
  lab.declare([thing("a"), thing("b", { value: "${a.echo}" }), thing("c")]);
  await lab.up();
  const { code } = await lab.run("destroy", "--yes", "--exclude", "**::b");
  expect(code).toBe(0);
  expect(objectsIn(lab.objects)).toEqual(["a", "b"]);
  expect((await lab.up()).out).toContain("+ 1 created");
});

describe("bad input changes nothing", () => {
  test.each([
    [["up", "--yes"], { PULUMI_CONFIG_PASSPHRASE: "wrong" }, 1, "incorrect passphrase"],
    [["up", "--yes", "-s", "other"], {}, 6, "no stack named 'other' found"],
    [["up"], {}, 2, "--yes or --skip-preview must be passed in"],
    [["up", "--yes", "--plan", "x"], {}, 255, "the flag --plan of `up`"],
    [["import", "x"], {}, 255, "the command `import`"],
    [["config", "set", "a:b:c", "1"], {}, 2, "could not parse a:b:c as a configuration key"],
  ])("%j", async (argv, env, code, words) => {
    lab.declare([thing("a")]);
    Object.assign(lab.env, env);
    const before = readFileSync(lab.state, "utf8");
    const result = await lab.run(...(argv as string[]));
    expect(result.out).toContain(words);
    expect(result.code).toBe(code);
    expect(readFileSync(lab.state, "utf8")).toBe(before);
    expect(objectsInOrNone()).toEqual([]);
  });

  test("a state file cut in half", async () => {
    lab.declare([thing("a")]);
    await lab.up();
    const half = readFileSync(lab.state, "utf8").slice(0, 700);
    writeFileSync(lab.state, half);
    const { code, out } = await lab.up();
    expect(code).toBe(1);
    expect(out).toContain("is damaged");
    expect(out).toContain(".bak");
    expect(readFileSync(lab.state, "utf8")).toBe(half);
  });

  test("a stack locked by another run; a dead run's lock is cleared", async () => {
    lab.declare([thing("a")]);
    const lock = { username: "me", hostname: hostname(), timestamp: new Date().toISOString() };
    mkdirSync(lab.locks, { recursive: true });
    writeFileSync(`${lab.locks}/one.json`, JSON.stringify({ ...lock, pid: process.pid }));
    const refused = await lab.up();
    expect(refused.code).toBe(1);
    expect(refused.out).toContain("the stack is currently locked by 1 lock(s)");
    expect((await lab.run("cancel", "--yes")).code).toBe(0);

    const NO_SUCH_PROCESS = 4_194_305;
    // The CLI's lock does not say which process of that id it was: only `cancel` takes it away.
    const ofCli = { ...lock, pid: NO_SUCH_PROCESS };
    writeFileSync(`${lab.locks}/two.json`, JSON.stringify(ofCli));
    expect((await lab.up()).code).toBe(1);
    const ours = { ...ofCli, process: markOf(process.pid) };
    writeFileSync(`${lab.locks}/two.json`, JSON.stringify(ours));
    const { code, out } = await lab.up();
    expect(out).toContain("Removed the lock of a run that has ended");
    expect(code).toBe(0);
    expect(readdirSync(lab.locks)).toEqual([]);
  });

  const objectsInOrNone = (): string[] => (existsSync(lab.objects) ? objectsIn(lab.objects) : []);
});
