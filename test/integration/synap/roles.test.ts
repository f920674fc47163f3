/** Members that come, go and change their roles, and data that leaves and returns. */
import { execFile, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildImage } from "../../../images/build.ts";
import { until } from "../images/bench.ts";
import { missing, SynapLab } from "./lab.ts";
import { Writes } from "./writes.ts";

const run = promisify(execFile);
const lab = new SynapLab();
const { bench } = lab;
const { writer, lost } = new Writes(lab);
const one = { members: ["synap1"], master: "synap1" };
const two = { members: ["synap1", "synap2"], master: "synap1" };
const three = { members: ["synap1", "synap2", "synap3"], master: "synap1" };
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "synap-backup-"));
  await lab.start();
  await lab.up("synap1", one);
  await lab.ready("synap1");
}, 300_000);
afterAll(async () => {
  await lab.stop();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

const promote = (name: string, ...options: string[]) =>
  bench.exec(name, "synap-admin", "promote", name, ...options);

describe.sequential("members", () => {
  test("a server by itself keeps its data when it becomes a cluster", async () => {
    await lab.set("synap1", "alone", "kept");
    await lab.ask("synap1", "POST", "/queue/jobs", {});
    await lab.ask("synap1", "POST", "/queue/jobs/publish", { payload: [1, 2, 3] });
    await lab.up("synap2", two); // before the first one knows of it, as in a rolling change
    await lab.ready("synap2");
    expect(await lab.apply("synap1", two)).toMatchObject({ code: 0 });
    await lab.ready("synap1", "synap2");
    for (const name of two.members) {
      expect(await lab.get(name, "alone")).toBe("kept");
      const { body } = await lab.ask(name, "GET", "/queue/jobs/stats");
      expect(JSON.stringify(body)).toContain('"depth":1');
    }
  });

  test("no second container runs on a volume that one runs on", async () => {
    const { code, output } = await bench.exec("synap1", "/usr/local/bin/entry");
    expect(code).toBe(1);
    expect(output).toContain("another container is running on this volume. Stop it first.");
  });

  test("a replica that joins a restarted, written master has what was there before", async () => {
    await lab.crash("synap1");
    await until(
      async () => (await lab.set("synap1", "later", "kept")).status === 200,
      "the master",
    );
    await lab.up("synap3", three);
    await lab.ready("synap3");
    expect(await lost("synap3", ["alone", "later"])).toEqual([]);
    for (const name of two.members) expect((await lab.apply(name, three)).code).toBe(0);
    await lab.ready(...three.members);
    await lab.set("synap1", "last", "kept");
    for (const name of ["synap2", "synap3"]) await lab.sees(name, "last", "kept");
  });

  test("a replica that comes after more writes than the master keeps begins later in the log", async () => {
    const few = { ...three, rebaseAfter: 100 };
    expect((await lab.apply("synap1", few)).code).toBe(0);
    await Promise.all(
      Array.from({ length: 8 }, async (_, hand) => {
        for (let n = 0; n < 100; n += 1) await lab.set("synap1", `many:${n}`, `${hand}`);
      }),
    );
    await until(async () => (await lab.status("synap1")).base.offset > 100, "a later beginning");
    await bench.docker("restart", bench.name("synap3"));
    await lab.ready("synap3");
    expect((await lab.status("synap3")).base.offset).toBeGreaterThan(100);
    expect(await lost("synap3", ["alone", "later", "last"])).toEqual([]);
    for (const n of [0, 50, 99])
      expect(await lab.get("synap3", `many:${n}`)).toBe(await lab.get("synap1", `many:${n}`));
    await lab.set("synap1", "on", "kept");
    await lab.sees("synap3", "on", "kept");
  });

  test("what a crash left of a log entry is cut off before the next write", async () => {
    await bench.exec(
      "synap1",
      "bash",
      "-c",
      "printf '\\0\\0\\0\\0\\0\\0\\0\\50torn' >>/var/lib/synfleet/data/wal/synap.wal",
    );
    for (const value of ["first", "second"]) {
      const { run: before } = await lab.status("synap1");
      await lab.crash("synap1");
      await until(async () => {
        const { ready, run: now } = await lab.status("synap1");
        return ready && now !== before;
      }, "the master to be open again");
      expect(await lab.get("synap1", "last")).toBe("kept");
      if (value === "second") expect(await lab.get("synap1", "torn")).toBe("first");
      await lab.set("synap1", "torn", value);
    }
    await lab.ready(...three.members);
    for (const name of three.members) expect(await lab.get(name, "torn")).toBe("second");
  });

  test("a changed declaration hands over without losing a write, whoever hears of it first", async () => {
    const client = writer(["synap1", "synap2"], "planned");
    await until(async () => client.acknowledged.length > 20, "some writes");
    const began = Date.now();
    const declared = { ...three, master: "synap2" };
    expect(await lab.apply("synap3", declared)).toMatchObject({ code: 0 });
    expect((await lab.status("synap2")).state).toMatchObject({ epoch: 2, master: "synap2" });
    for (const name of two.members)
      expect(await lab.apply(name, declared)).toMatchObject({ code: 0 });
    const written = client.acknowledged.length;
    await until(async () => client.acknowledged.length > written + 10, "writes to the new master");
    process.stdout.write(`handed over, all members settled, ${Date.now() - began} ms\n`);
    await client.stop();
    await lab.ready(...three.members);
    for (const name of three.members) expect(await lost(name, client.acknowledged)).toEqual([]);
    expect((await lab.set("synap1", "x", "y")).status).toBe(405);
    expect((await lab.status("synap1")).aside).toEqual([]);
  });

  test("a backup is what was acknowledged, and goes into an empty volume alone", async () => {
    const file = join(directory, "synap.tar");
    await run("bash", ["-c", `docker exec "$0" backup >"$1"`, bench.name("synap3"), file]);
    await lab.set("synap2", "after", "the backup");
    const tag = await buildImage("synap", { log: () => undefined });
    const restore = async (volume: string) => {
      const child = spawn("docker", [
        ...["run", "--rm", "--interactive", "--network", "none", "--entrypoint", "restore"],
        ...["--volume", `${volume}:/var/lib/synfleet`, tag],
      ]);
      createReadStream(file)
        .pipe(child.stdin)
        .on("error", () => undefined);
      let said = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (part) => (said += part));
      const code = await new Promise((resolve) => child.once("close", resolve));
      return { code, said };
    };
    const refused = await restore(`${bench.name("synap1")}-data`);
    expect(refused.code).toBe(1);
    expect(refused.said).toContain("this volume holds data, and nothing was written");
    const empty = `${bench.name("restored")}-data`;
    await bench.docker("volume", "create", empty);
    expect(await restore(empty)).toMatchObject({
      code: 0,
      said: expect.stringContaining("restored"),
    });
    await lab.up("restored", { members: ["restored"], master: "restored" });
    await lab.ready("restored");
    expect(await lost("restored", ["alone", "later", "last"])).toEqual([]);
    expect(await lab.get("restored", "after")).toEqual(missing);
  });

  test("a dead master is replaced only by hand, and its own data is set aside when it returns", async () => {
    await lab.set("synap2", "replicated", "kept");
    await lab.sees("synap1", "replicated", "kept");
    await bench.docker("kill", bench.name("synap2"));
    const refused = await promote("synap1");
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("synap2 does not answer, so nobody can know");
    expect(refused.output).toContain("--accept-data-loss");
    expect(await promote("synap1", "--accept-data-loss")).toMatchObject({ code: 0 });
    // Whoever has promoted it may write at once.
    expect((await lab.status("synap1")).mode).toBe("master");
    expect((await lab.set("synap1", "at once", "kept")).status).toBe(200);
    await lab.ready("synap1", "synap3");
    expect(await lost("synap1", ["alone", "later", "last", "replicated"])).toEqual([]);
    await lab.set("synap1", "since", "kept");
    await lab.sees("synap3", "since", "kept");
    // A write that nobody but the old master has, as one that was under way when it died.
    const wal = "/var/lib/synfleet/data/wal/synap.wal";
    const double = `head -c 64 ${wal} >>${wal}`;
    const data = `${bench.name("synap2")}-data:/var/lib/synfleet`;
    const tag = await buildImage("synap", { log: () => undefined });
    await bench.docker("run", "--rm", "--entrypoint", "bash", "--volume", data, tag, "-c", double);
    await bench.docker("start", bench.name("synap2"));
    await lab.ready("synap2");
    expect((await lab.set("synap2", "x", "y")).status).toBe(405);
    expect(await lost("synap2", ["alone", "since"])).toEqual([]);
    expect((await lab.status("synap2")).aside).toHaveLength(1);
    expect((await lab.status("synap1")).state).toMatchObject({ epoch: 3, master: "synap1" });
  });

  test("a lost volume of the master is not taken for an empty cluster", async () => {
    const began = (await lab.status("synap1")).state.epoch;
    await bench.docker("stop", bench.name("synap1"));
    const data = `${bench.name("synap1")}-data:/var/lib/synfleet`;
    const tag = await buildImage("synap", { log: () => undefined });
    await bench.docker(
      "run",
      "--rm",
      "--entrypoint",
      "bash",
      "--volume",
      data,
      tag,
      "-c",
      "rm -rf /var/lib/synfleet/*",
    );
    await bench.docker("start", bench.name("synap1"));
    await until(
      async () => /empty|data/.test((await bench.exec("synap1", "ready")).output),
      "the empty master to say what it lacks",
    );
    expect(await lab.get("synap3", "alone")).toBe("kept");
    expect(await promote("synap3", "--accept-data-loss")).toMatchObject({ code: 0 });
    await lab.ready(...three.members);
    for (const name of three.members) expect(await lost(name, ["alone", "since"])).toEqual([]);
    expect((await lab.status("synap3")).state.epoch).toBeGreaterThan(began);
  });
});
