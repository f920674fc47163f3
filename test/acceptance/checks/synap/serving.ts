import { expect, test } from "vitest";
import { until } from "../../../support/until.ts";
import { ask } from "../https.ts";
import type { SynapSite } from "./site.ts";

/** A master that takes writes, two replicas that serve reads, and nobody else. */
export function servingChecks(of: () => SynapSite): void {
  test("answers on both ports, and every container is well", async () => {
    for (const end of ["read", "write"] as const) {
      const { status, text } = await of().request(end, "/health");
      expect([status, JSON.parse(text).status]).toEqual([200, "healthy"]);
    }
    const status = ["inspect", "--format", "{{.State.Health.Status}}"] as const;
    for (const name of of().members) {
      await until(`${name} to be healthy`, async () =>
        (await of().containers.docker(name, ...status)).trim() === "healthy" ? true : undefined,
      );
    }
  });

  test("shows on every replica within a second what the master took", async () => {
    expect(JSON.parse((await of().set("user:100", "Alice")).text).success).toBe(true);
    const began = Date.now();
    await of().everywhere("user:100", "Alice", 2);
    expect(Date.now() - began).toBeLessThan(5000);
  });

  test("takes no write where reads go", async () => {
    const { status, text } = await of().set("user:100", "Mallory", "read");
    expect([status, text]).toEqual([405, expect.stringContaining("reads alone")]);
    expect((await of().request("read", "/kv/del/user:100", { method: "DELETE" })).status).toBe(405);
    expect(await of().get("user:100", "write")).toBe("Alice");
  });

  test("lets nobody in without the password, but to ask for its health", async () => {
    const nobody = { user: undefined, password: undefined };
    for (const end of ["read", "write"] as const) {
      expect((await of().request(end, "/kv/get/user:100", nobody)).status).toBe(401);
      expect((await of().request(end, "/kv/get/user:100", { password: "wrong" })).status).toBe(401);
      expect((await of().request(end, "/health", nobody)).status).toBe(200);
    }
  });

  test("has its metrics read by Prometheus", async () => {
    const url = `${String(of().outputs.endpoints["prometheus"])}/api/v1/targets`;
    const given = { ca: of().outputs.caCertificate, ...of().outputs.credentials.statistics };
    await until("every target up", async () => {
      const targets = JSON.parse((await ask(url, given)).text).data.activeTargets as any[];
      const down = targets.filter(({ health }) => health !== "up");
      if (down.length > 0) throw new Error(down.map(({ lastError }) => lastError).join("; "));
      const jobs = [...new Set(targets.map(({ labels }) => labels.job))].sort();
      expect(jobs).toEqual(["balancer", "node", "prometheus", "synap", "synap-member"]);
      return true;
    });
  });
}
