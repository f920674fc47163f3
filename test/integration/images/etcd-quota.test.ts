/** Members of etcd that have reached their quota: they refuse writes until an operator shrinks them, and have everything then. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "./bench.ts";
import { EtcdLab } from "./etcd-lab.ts";

const lab = new EtcdLab({ quotaMib: 32 });

beforeAll(async () => {
  await lab.bench.start();
  for (const name of lab.members) await lab.start(name);
  for (const name of lab.members) await lab.ready(name, 90_000);
}, 180_000);

afterAll(() => lab.bench.stop(), 60_000);

test("a database that has reached its quota takes writes again once each member is shrunk, and nothing is lost", async () => {
  expect(await lab.ctl("etcd1", "put", "kept", "value")).toBe("OK");
  // The past of one key is what fills it.
  const isFull = async () => /space exceeded/.test(await lab.putMuch("etcd1", "hot"));
  await until(isFull, "the quota", 120_000);
  expect(await lab.ctl("etcd1", "alarm", "list")).toContain("NOSPACE");
  for (const name of lab.members)
    expect(await lab.bench.exec(name, "shrink")).toMatchObject({ code: 0 });
  expect(await lab.ctl("etcd1", "alarm", "list")).toBe("");
  for (let n = 0; n < 20; n += 1) expect(await lab.putMuch("etcd1", "hot")).toBe("OK");
  expect(await lab.ctl("etcd1", "get", "kept", "--print-value-only")).toBe("value");
}, 240_000);
