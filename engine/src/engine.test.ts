/** The engine from command line to state and back, with a program of its own and objects that are files. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Lab } from "./testing/lab.ts";
import { logOf, objectsIn } from "./testing/memory-provider.ts";

// Whole commands, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let lab: Lab;
beforeAll(async () => {
  lab = new Lab();
  expect((await lab.run("stack", "init", "dev")).out).toContain("Created stack 'dev'");
});
afterAll(() => lab.dispose());

describe.sequential("a life of a stack", () => {
  test("a preview makes nothing and shows what is not known", async () => {
    lab.declare([
      { name: "a", props: { name: "a", value: "1", secretValue: "secret:hush-hush" } },
      { name: "b", props: { name: "b", value: "${a.echo}" } },
    ]);
    const { code, out } = await lab.run("preview");
    expect(code).toBe(0);
    expect(out).toContain("+ 3 to create");
    expect(out).toContain("b: [unknown]");
    expect(lab.checkpoint().resources).toBeUndefined();
  });

  test("up makes them in order, masks secrets, and encrypts them in state", async () => {
    const { code, out } = await lab.up();
    expect(out).toContain("+ 3 created");
    expect(code).toBe(0);
    expect(logOf(lab.objects)).toEqual(["create a", "create b"]);
    expect(lab.resource("b")!.inputs!["value"]).toBe("echo of 1");
    expect(lab.resource("a")!.propertyDependencies).toBeDefined();
    expect(lab.resource("b")!.dependencies).toEqual([lab.resource("a")!.urn]);
    expect(readFileSync(lab.state, "utf8")).not.toContain("hush-hush");
    expect(out).not.toContain("hush-hush");
  });

  test("a second up changes nothing and leaves the state file as it is", async () => {
    const before = readFileSync(lab.state, "utf8");
    const { code, out } = await lab.up("--expect-no-changes");
    expect(out).toContain("3 unchanged");
    expect(code).toBe(0);
    expect(readFileSync(lab.state, "utf8")).toBe(before);
  });

  test("a change of a value updates it and what is made of it", async () => {
    lab.declare([
      { name: "a", props: { name: "a", value: "2", secretValue: "secret:hush-hush" } },
      { name: "b", props: { name: "b", value: "${a.echo}" } },
    ]);
    const preview = await lab.run("preview", "--diff");
    expect(preview.out).toContain('~ value: "1" => "2"');
    const { out } = await lab.up();
    expect(out).toContain("~ 2 updated");
    expect(lab.resource("b")!.outputs!["echo"]).toBe("echo of echo of 2");
  });

  test("a replacement is made before the old one goes", async () => {
    lab.declare([
      { name: "a", props: { value: "2", fixed: "x" } },
      { name: "b", props: { name: "b", value: "${a.echo}" } },
    ]);
    const { out } = await lab.up();
    expect(out).toContain("+-1 replaced");
    const log = logOf(lab.objects).slice(-2);
    expect(log[0]).toMatch(/^create auto-/);
    expect(log[1]).toBe("delete a");
  });

  test("what is no longer registered is deleted, and state has it no more", async () => {
    lab.declare([{ name: "b", props: { name: "b", value: "alone" } }]);
    const { out } = await lab.up();
    expect(out).toContain("- 1 deleted");
    expect(objectsIn(lab.objects)).toEqual(["b"]);
    expect(lab.resource("a")).toBeUndefined();
  });

  test("drift is found by refresh and put right by up", async () => {
    writeFileSync(
      `${lab.objects}/b.json`,
      JSON.stringify({ name: "b", value: "drifted", id: "b" }),
    );
    expect((await lab.run("refresh", "--yes", "--skip-preview")).out).toContain("~ 1 updated");
    expect(lab.resource("b")!.outputs!["value"]).toBe("drifted");
    expect((await lab.up()).out).toContain("~ 1 updated");
    expect(lab.resource("b")!.outputs!["value"]).toBe("alone");
  });

  test("destroy deletes all; the stack can then be removed", async () => {
    const { code, out } = await lab.run("destroy", "--yes");
    expect(code).toBe(0);
    expect(out).toContain("- 2 deleted");
    expect(objectsIn(lab.objects)).toEqual([]);
    expect(lab.checkpoint().resources).toBeUndefined();
    expect((await lab.run("stack", "rm", "--yes", "dev")).code).toBe(0);
    expect((await lab.up("--stack", "dev")).code).toBe(6);
  });
});
