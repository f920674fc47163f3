import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../images/bench.ts";
import { StreamingLab } from "./streaming.ts";

const lab = new StreamingLab(["postgres1"]);
const { bench } = lab;

beforeAll(() => lab.start(), 240_000);
afterAll(() => lab.stop(), 60_000);

test("a first start that is killed in the middle of making the data is made good by the next", async () => {
  await until(
    async () =>
      (await bench.exec("postgres1", "test", "-e", "/var/lib/synfleet/pgdata/PG_VERSION")).code ===
      0,
    "initdb to have begun",
  );
  await bench.docker("kill", bench.name("postgres1"));
  await bench.docker("start", bench.name("postgres1"));
  await lab.ready();
  const log = await bench.logs("postgres1");
  expect(log).toContain("a stop left /var/lib/synfleet/pgdata half made");
  expect(await lab.ask("postgres1", "select current_database()")).toBe("orders");
  expect((await bench.exec("postgres1", "ls", "/var/lib/synfleet")).output).toContain("unfinished");
});
