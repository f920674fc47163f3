/** A master that gives its role away before it is stopped. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../images/bench.ts";
import { SynapLab } from "./lab.ts";
import { Writes } from "./writes.ts";

const lab = new SynapLab();
const { bench } = lab;
const { writer, lost } = new Writes(lab);
const declared = { members: ["synap1", "synap2", "synap3"], master: "synap2" };
const handOver = (name: string) => bench.exec(name, "synap-admin", "hand-over");
const isMaster = async (name: string) => (await lab.status(name)).mode === "master";

beforeAll(async () => {
  await lab.start();
  for (const name of declared.members) await lab.up(name, declared);
  await lab.ready(...declared.members);
}, 300_000);
afterAll(() => lab.stop(), 60_000);

/** Writes go on, and everything that was acknowledged is everywhere in the end. */
async function losesNothing(change: () => Promise<void>): Promise<void> {
  const client = writer(["synap1", "synap2"], "handed");
  await until(async () => client.acknowledged.length > 20, "some writes");
  await change();
  const written = client.acknowledged.length;
  await until(async () => client.acknowledged.length > written + 10, "writes to the new master");
  await client.stop();
  await lab.ready(...declared.members);
  for (const name of declared.members) {
    expect(await lost(name, client.acknowledged)).toEqual([]);
    expect((await lab.status(name)).aside).toEqual([]);
  }
}

test("a master hands over to the first replica that has everything, and loses no write", async () => {
  expect((await handOver("synap3")).output).toContain("synap3 is not master");
  await losesNothing(async () => {
    const done = await handOver("synap2");
    expect(done).toMatchObject({ code: 0 });
    expect(done.output).toContain("synap1 is master now");
  });
});

test("who ended in the middle of taking over finishes it", async () => {
  await losesNothing(async () => {
    // As it is when synap2 was killed after it had asked for the role.
    const { epoch } = (await lab.status("synap1")).state;
    await lab.tell("synap1", "/synfleet/yield", { to: "synap2", epoch: epoch + 1 });
    await until(() => isMaster("synap2"), "synap2 to take over by itself");
  });
});

test("a master without a replica that has everything stays master", async () => {
  for (const name of ["synap1", "synap3"]) await bench.docker("stop", bench.name(name));
  const refused = await handOver("synap2");
  expect(refused.code).toBe(1);
  expect(refused.output).toMatch(/synap1: no answer; synap3: no answer.*synap2 stays master/);
  expect((await lab.set("synap2", "still", "kept")).status).toBe(200);
});
