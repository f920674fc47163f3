/** Policy packs in a whole run. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Lab } from "./testing/lab.ts";
import { objectsIn } from "./testing/memory-provider.ts";

const PACK = fileURLToPath(new URL("./testing/policies", import.meta.url));
// Whole commands, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let lab: Lab;
beforeAll(async () => {
  lab = new Lab();
  await lab.run("stack", "init", "dev");
});
afterAll(() => lab.dispose());

test("a mandatory policy stops what violates it before it is made", async () => {
  lab.declare([{ name: "bad", props: { name: "bad", value: "evil" } }]);
  const { code, out } = await lab.up("--policy-pack", PACK);
  expect(out).toContain("[mandatory]  no-evil  (memory:index:Thing: bad)");
  expect(out).toContain("value is evil");
  expect(code).toBe(1);
  expect(existsSync(lab.objects) ? objectsIn(lab.objects) : []).toEqual([]);
});

test("a remedy changes the inputs, a stack policy sees what came of them", async () => {
  lab.declare([{ name: "good", props: { name: "good", value: "whisper" } }]);
  const { code, out } = await lab.up("--policy-pack", PACK);
  expect(code).toBe(0);
  expect(lab.resource("good")!.inputs!["value"]).toBe("WHISPER");
  expect(out).toContain("[advisory]  few");
  expect(out).toContain("it has 1: echo of WHISPER");
});

test("a folder without a pack ends the run before it begins, with an entry in the history", async () => {
  const { code, out } = await lab.up("--policy-pack", lab.root);
  expect(out).toContain("no such file or directory");
  expect(out).not.toContain("Resources:");
  expect(code).toBe(1);
  const history = await lab.run("stack", "history", "--json");
  const [latest] = JSON.parse(history.out) as { kind: string; result: string }[];
  expect(latest).toMatchObject({ kind: "update", result: "failed" });
});
