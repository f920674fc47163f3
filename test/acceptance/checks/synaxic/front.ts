import { describe, expect, test } from "vitest";
import { until } from "../../../support/until.ts";
import { ask } from "../https.ts";
import type { Site } from "./site.ts";

/** How an instance is taken away and brought back. */
interface Away {
  readonly stop: (alias: string) => Promise<unknown>;
  readonly start: (alias: string) => Promise<unknown>;
}

export function frontChecks(
  site: () => Site,
  { stop, start }: Away = {
    stop: (alias) => site().containers.docker(alias, "stop"),
    start: (alias) => site().containers.docker(alias, "start"),
  },
  machines: readonly string[] = ["node"],
): void {
  describe("the app behind Nginx", () => {
    test("is up, with its database and its cache", async () => {
      const { status, text } = await site().ask("/actuator/health");
      expect([status, JSON.parse(text).status]).toEqual([200, "UP"]);
    });

    test("serves reads by every instance and writes by the main one", async () => {
      expect(await site().instances(12)).toEqual(site().members.map((member) => `app-${member}`));
      const write = { method: "POST", json: { name: "an item" } };
      expect((await site().ask("/api/items", write)).status).toBe(201);
      expect(await site().instances(6, write)).toEqual(["app-main"]);
    });

    test("takes writes by another instance while the main one is gone", async () => {
      await stop("app-main");
      try {
        const { status, headers } = await site().ask("/api/items", {
          method: "POST",
          json: { name: "still" },
        });
        expect([status, headers["x-instance"]]).toEqual([201, expect.stringMatching(/replica/)]);
      } finally {
        await start("app-main");
      }
    });
  });

  describe("monitoring", () => {
    test("reaches every part, and nothing is alarming", async () => {
      const { outputs } = site();
      const get = async (path: string) => {
        const given = { ca: outputs.caCertificate, ...outputs.credentials.statistics };
        return JSON.parse((await ask(`${site().url("prometheus")}${path}`, given)).text).data;
      };
      await until("every target up", async () => {
        const targets = (await get("/api/v1/targets")).activeTargets as any[];
        const down = targets.filter(({ health }) => health !== "up");
        if (down.length > 0) {
          const reasons = down.map(({ labels, lastError }) => `${labels.instance}: ${lastError}`);
          throw new Error(reasons.join("; "));
        }
        expect([...new Set(targets.map(({ labels }) => labels.job))].sort()).toEqual([
          ...["app", "balancer", "etcd", ...machines, "patroni", "postgres", "prometheus", "redis"],
        ]);
        return true;
      });
      const rules = ((await get("/api/v1/rules")).groups as any[]).flatMap((group) => group.rules);
      const firing = rules.filter(({ state }) => state === "firing").map(({ name }) => name);
      expect(firing).toEqual([]);
    });
  });

  describe("secrets", () => {
    test("are generated, and in no description or log of a container", async () => {
      const { postgres, redis, statistics } = site().outputs.credentials;
      const secrets = [postgres.password, redis!.password, statistics.password];
      for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9]{32}$/);
      for (const text of await site().containers.shown())
        expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    });
  });
}
