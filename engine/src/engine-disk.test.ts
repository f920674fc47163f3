/** The state's disk is full, or cannot be written any more, in the middle of a run; and what is kept on it of earlier states. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Disk, canMount } from "./testing/disk.ts";
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

const thing = (name: string, props: object = {}): object => ({ name, props: { name, ...props } });
const isMountable = canMount();

describe.skipIf(!isMountable)(
  isMountable ? "the disk of the state" : "skipped: mounting is refused here",
  () => {
    const folder = (): string => join(lab.root, ".pulumi");
    let disk: Disk;
    beforeEach(() => (disk = new Disk(folder(), "256k")));
    afterEach(() => disk.dispose());
    const BIG = "x".repeat(90_000);

    test("is full in the middle of an up: what exists and is not in the state is told, and the next up goes on", async () => {
      const program = [thing("a"), thing("big", { value: BIG })];
      lab.declare([...program, thing("after", { value: "${big.echo}" })]);
      const { code, out } = await lab.up();
      expect(out).toMatch(
        new RegExp(
          `error: cannot write ${lab.state}: ENOSPC: no space left on device.*; make room on that disk, then run again`,
        ),
      );
      expect(code).toBe(1);
      expect(out).toContain("update failed");
      expect(out).not.toMatch(/\n\s+at /);
      expect(objectsIn(lab.objects)).not.toContain("after");
      const lost = objectsIn(lab.objects).filter((name) => !lab.resource(name));
      expect(lost).toContain("big");
      for (const name of lost) expect(out).toMatch(new RegExp(`\\* urn:.*::${name}, id ${name}`));

      disk.makeWritable("16m");
      expect((await lab.up()).code).toBe(0);
      expect(objectsIn(lab.objects)).toEqual(["a", "after", "big"]);
      expect(lab.checkpoint().pending_operations).toBeUndefined();
    });

    test("becomes read-only while something is made: its id is told, and the next up finds it", async () => {
      lab.declare([thing("a"), thing("slow", { value: "${a.echo}", delayMilliseconds: 1500 })]);
      const up = lab.up();
      await vi.waitFor(() => expect(logOf(lab.objects)).toContain("create slow"), 30_000);
      disk.makeReadOnly();
      const { code, out } = await up;
      expect(out).toMatch(
        /error: cannot write .*: EROFS.*; that disk is mounted read-only: mount it writable, or choose another backend/,
      );
      expect(out).toMatch(/What was made since then is not in it:\s+\* urn:.*::slow, id slow\n/);
      expect(code).toBe(1);
      expect(lab.resource("slow")).toBeUndefined();
      expect(lab.checkpoint().pending_operations).toHaveLength(1);

      disk.makeWritable("16m");
      // Its lock could not be removed either, and this process still runs.
      await lab.run("cancel", "--yes");
      const next = await lab.up();
      expect(next.out).toContain("what it had made (memory object slow) was removed");
      expect(next.code).toBe(0);
      expect(objectsIn(lab.objects)).toEqual(["a", "slow"]);
    });

    test("is read-only for a destroy: nothing is deleted", async () => {
      lab.declare([thing("a")]);
      await lab.up();
      disk.makeReadOnly();
      const { code, out } = await lab.run("destroy", "--yes", "--skip-preview");
      expect(out).toContain("mounted read-only");
      expect(code).toBe(1);
      expect(objectsIn(lab.objects)).toEqual(["a"]);
    });

    test("has no room for the record of a run: the state is whole, and the run says so", async () => {
      lab.declare([thing("a"), thing("big", { value: BIG.slice(0, 25_000) })]);
      const { code, out } = await lab.up();
      expect(out).toMatch(/error: saving update info: cannot write .*(history|backups).*ENOSPC/);
      expect(code).toBe(1);
      expect(lab.resource("big")).toBeDefined();
    });
  },
);

describe("earlier states", () => {
  const copies = (): string[] => readdirSync(dirname(lab.state)).sort();
  const backups = (): string => join(lab.root, ".pulumi", "backups", "testing", "dev");

  test("the one before is kept beside the state, and one of each run under backups", async () => {
    lab.declare([thing("a")]);
    await lab.up();
    expect(copies()).toEqual(["dev.json", "dev.json.bak"]);
    expect(readdirSync(backups())).toHaveLength(1);
    expect(readFileSync(join(backups(), readdirSync(backups())[0]!))).toEqual(
      readFileSync(lab.state),
    );
  });

  test.each(["PULUMI_RETAIN_CHECKPOINTS", "PULUMI_DIY_BACKEND_RETAIN_CHECKPOINTS"])(
    "%s keeps every one",
    async (name) => {
      lab.env[name] = "true";
      lab.declare([thing("a"), thing("b", { value: "${a.echo}" })]);
      await lab.up();
      const kept = copies().filter((file) => /^dev\.json\.\d{19}$/.test(file));
      expect(kept.length).toBeGreaterThanOrEqual(4);
      expect(readFileSync(join(dirname(lab.state), kept.at(-1)!))).toEqual(readFileSync(lab.state));
    },
  );

  test.each(["PULUMI_DISABLE_CHECKPOINT_BACKUPS", "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS"])(
    "%s keeps none of each run",
    async (name) => {
      lab.env[name] = "1";
      lab.declare([thing("a")]);
      await lab.up();
      expect(existsSync(backups())).toBe(false);
    },
  );
});
