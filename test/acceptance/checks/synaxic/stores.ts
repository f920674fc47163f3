import { describe, expect, test } from "vitest";
import { connect } from "../../../support/database.ts";
import { until } from "../../../support/until.ts";
import type { Site } from "./site.ts";

export function storeChecks(site: () => Site): void {
  describe("PostgreSQL", () => {
    test("streams to both replicas, to the same position", () => site().inStep());

    test("has replicas that are in recovery", async () => {
      for (const member of await site().replicas()) {
        const asked = site().containers.sql(`postgres-${member}`, "select pg_is_in_recovery()");
        expect(await asked).toBe("t");
      }
    });

    test("shows on every replica what was written to the primary", async () => {
      await site().sql("write", "create table test (id serial primary key, message text)");
      const hello = "Hello from main VPS";
      await site().sql("write", "insert into test (message) values ($1)", [hello]);
      const text = "select message from test";
      for (const member of site().members) {
        await until(`the row on ${member}`, async () =>
          (await site().containers.sql(`postgres-${member}`, text, "synaxic")) === hello
            ? true
            : undefined,
        );
      }
      expect(await site().sql("read", text)).toEqual([{ message: hello }]);
    });

    test("refuses writes on a replica in PostgreSQL's own words", async () => {
      await expect(site().sql("read", "insert into test (message) values ('no')")).rejects.toThrow(
        "cannot execute INSERT in a read-only transaction",
      );
    });

    test("lags less than a second under load, by a row that is looked for and by position", async () => {
      const [writer, reader] = await Promise.all(
        ["write", "read"].map((name) => connect(site().url(name), site().outputs)),
      );
      const lags: number[] = [];
      try {
        for (let round = 0; round < 20; round += 1) {
          await writer!.query(
            "insert into test (message) select repeat('x', 100) from generate_series(1, 2000)",
          );
          const mark = "insert into test (message) values ('mark') returning id";
          const { rows } = await writer!.query<{ id: number }>(mark);
          const began = Date.now();
          await until("the mark", async () => {
            const seen = await reader!.query("select 1 from test where id = $1", [rows[0]!.id]);
            return seen.rowCount === 1 ? true : undefined;
          });
          lags.push(Date.now() - began);
        }
      } finally {
        await Promise.all([writer!.end(), reader!.end()]);
      }
      // One of twenty may have met a pause of the machine itself.
      expect(lags.filter((lag) => lag >= 1000).length, lags.join(" ")).toBeLessThanOrEqual(1);
      await site().inStep();
    });
  });

  describe("Redis", () => {
    test("takes a write on the primary, and a replica has it", async () => {
      const client = await site().redis();
      try {
        await client.set("user:100", "Alice");
        expect(await client.wait(1, 1000)).toBeGreaterThanOrEqual(1);
        expect(await client.get("user:100")).toBe("Alice");
      } finally {
        client.destroy();
      }
    });

    test.each([
      ["a wrong password", { password: "wrong-password" }, /WRONGPASS/],
      ["the default user", { username: "default" }, /WRONGPASS/],
      ["no trust in its authority", { trust: "machine" as const }, /certificate/],
    ])("lets nobody in with %s", async (_, change, error) => {
      await expect(site().redis(change)).rejects.toThrow(error);
    });

    test("does not let the application administer it", async () => {
      const client = await site().redis();
      try {
        await expect(client.sendCommand(["CONFIG", "GET", "*"])).rejects.toThrow(/NOPERM/);
        await expect(client.sendCommand(["FLUSHALL"])).rejects.toThrow(/NOPERM/);
      } finally {
        client.destroy();
      }
    });
  });
}
