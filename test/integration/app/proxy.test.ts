import { Agent } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bench, until } from "../images/bench.ts";
import { AppLab, proxyFiles, upstreams } from "./lab.ts";

const lab = new AppLab();
const { bench } = lab;

beforeAll(async () => {
  await lab.start();
  await lab.proxy();
}, 240_000);
afterAll(() => lab.stop(), 60_000);

const applied = { code: 0, output: "" };
const whoami = async (headers: Record<string, string> = {}) =>
  JSON.parse((await lab.ask("proxy", "/api/whoami", { headers })).body);

describe.sequential("the proxy", () => {
  test("sends browsers from HTTP to HTTPS, where the app answers", async () => {
    expect(await lab.plain("/actuator/health?a=1")).toEqual({
      status: 301,
      location: "https://localhost/actuator/health?a=1",
    });
    const { status, body } = await lab.ask("proxy", "/actuator/health");
    expect(status).toBe(200);
    expect(JSON.parse(body).status).toBe("UP");
  });

  test("spreads what only reads over all, and sends what writes to the main instance", async () => {
    expect(await lab.answering(12)).toEqual(["app1 200", "app2 200"]);
    const write = { method: "POST", body: { name: "through the proxy" } };
    expect(await lab.answering(12, "/api/items", write)).toEqual(["app1 201"]);
    expect(await lab.answering(6, "/api/cache/x", { method: "PUT", body: "y" })).toEqual([
      "app1 204",
    ]);
    expect(await lab.answering(6, "/api/cache/none", { method: "DELETE" })).toEqual(["app1 404"]);
  });

  test("tells the app the client's own address, and believes others only where told", async () => {
    const forged = {
      "x-forwarded-for": "203.0.113.7",
      "x-real-ip": "203.0.113.8",
      forwarded: "for=1.2.3.4",
    };
    const seen = await whoami(forged);
    expect(seen.client).toMatch(/^[0-9.]+$/);
    expect(seen.client).not.toMatch(/^203/);
    expect(seen).toMatchObject({ forwardedFor: seen.client, scheme: "https" });
    expect(await lab.apply({ trustedProxies: [`${seen.client}/32`] })).toEqual(applied);
    expect(await whoami(forged)).toMatchObject({
      client: "203.0.113.7",
      forwardedFor: "203.0.113.7",
    });
    const chain = { "x-forwarded-for": `6.6.6.6, 203.0.113.9, ${seen.client}` };
    expect((await whoami(chain)).client).toBe("203.0.113.9");
  });

  test("hides what is for operators, and adds headers for browsers once", async () => {
    for (const path of [
      "/actuator",
      "/actuator/prometheus",
      "/x/..%2factuator/prometheus",
      "//actuator/env",
    ]) {
      expect([path, (await lab.ask("proxy", path)).status]).toEqual([path, 404]);
      expect((await lab.ask("proxy", path)).instance).toBeUndefined();
    }
    const { headers } = await lab.ask("proxy", "/");
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "SAMEORIGIN",
      "referrer-policy": "strict-origin-when-cross-origin",
    });
    expect(headers["server"]).toBe("nginx");
    expect(headers["strict-transport-security"]).toBeUndefined();
  });

  test("refuses a body that is too large", async () => {
    expect(await lab.apply({ bodyMiB: 1 })).toEqual(applied);
    const write = { method: "POST", body: { name: "x".repeat(1_200_000) } };
    expect((await lab.ask("proxy", "/api/items", write)).status).toBe(413);
  });

  test("binds paths, cookies and clients to instances", async () => {
    expect(await lab.apply({ mainPaths: ["/api/items"], mainCookies: ["SESSION"] })).toEqual(
      applied,
    );
    expect(await lab.answering(8, "/api/items")).toEqual(["app1 200"]);
    expect(await lab.answering(8, "/api/itemsets")).toEqual(["app1 404", "app2 404"]);
    const session = { headers: { cookie: "a=1; SESSION=2" } };
    expect(await lab.answering(8, "/api/whoami", session)).toEqual(["app1 200"]);
    expect(await lab.apply({ affinity: "address" })).toEqual(applied);
    expect(await lab.answering(8)).toHaveLength(1);
    expect(await lab.apply({ affinity: "cookie" })).toEqual(applied);
    const first = new Map<string, string>();
    for (let i = 0; i < 12; i++) {
      const { headers, instance } = await lab.ask("proxy", "/");
      first.set(headers["set-cookie"]![0]!.split(";")[0]!, instance!);
    }
    expect(new Set(first.values()).size).toBe(2);
    for (const [cookie, instance] of first) {
      expect(await lab.answering(2, "/", { headers: { cookie } })).toEqual([`${instance} 200`]);
    }
  });

  test("drops no request while its configuration changes under load", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const seen = new Map<string, number>();
    let stop = false;
    const load = async (kept: boolean) => {
      while (!stop) {
        const { status } = await lab
          .ask("proxy", "/api/whoami", kept ? { agent } : {})
          .catch((error: Error) => ({ status: error.message }));
        seen.set(String(status), (seen.get(String(status)) ?? 0) + 1);
      }
    };
    const clients = [load(false), load(false), load(true)];
    for (let round = 0; round < 4; round++) {
      const before = [...seen.values()].reduce((sum, count) => sum + count, 0);
      expect(await lab.apply({ bodyMiB: 2 + round })).toEqual(applied);
      await until(
        async () => [...seen.values()].reduce((sum, count) => sum + count, 0) > before + 20,
        "more answers",
      );
    }
    stop = true;
    await Promise.all(clients);
    agent.destroy();
    expect([...seen.keys()]).toEqual(["200"]);
  });

  test("answers readers while an instance is dead, and uses it again at its new address", async () => {
    const old = await bench.address("app2");
    await bench.docker("kill", bench.name("app2"));
    expect(await lab.answering(12)).toEqual(["app1 200"]);
    // Another container takes the address that the instance had.
    await lab.occupy("squatter");
    await bench.docker("start", bench.name("app2"));
    await lab.ready("app2");
    expect(await bench.address("app2")).not.toBe(old);
    await until(
      async () => (await lab.answering(4)).length === 2,
      "the instance to be used at its new address",
    );
  });

  test("refuses an instance that its authority does not vouch for", async () => {
    const other = new Bench();
    await other.start();
    try {
      await lab.instance("app3", "read", await other.certificate("app3", "app3", ["app"]));
    } finally {
      await other.stop();
    }
    const stranger = { name: "app3", port: 8080, mode: "write" as const };
    expect(await lab.apply({}, [stranger])).toEqual(applied);
    await until(
      async () =>
        (await lab.ask("proxy", "/api/whoami?token=canary")).status === 502 &&
        /upstream SSL certificate verify error/.test(await bench.logs("proxy")),
      "the reason in the log",
    );
    expect((await bench.exec("proxy", "ready")).output).toContain(
      "no instance that writes is healthy",
    );
  });

  test("keeps its configuration when the next one is wrong", async () => {
    expect(await lab.apply({})).toEqual(applied);
    await bench.write("proxy", "proxy", [{ path: "nginx.conf", content: "nonsense;\n" }]);
    const { code, output } = await bench.exec("proxy", "apply");
    expect(code).toBe(1);
    expect(output).toContain('unknown directive "nonsense"');
    expect(output).toContain("the running one is kept");
    expect(await lab.answering(8)).toEqual(["app1 200", "app2 200"]);
  });

  test("never asks an instance that was removed", async () => {
    expect(await lab.apply({}, upstreams.slice(0, 1))).toEqual(applied);
    expect(await lab.answering(12)).toEqual(["app1 200"]);
    const { output } = await bench.exec("proxy", "cat", "/run/synfleet/upstreams.conf");
    expect(output).not.toContain("app2");
  });

  test("starts while no instance is there, and says so", async () => {
    const ghost = [{ name: "ghost", port: 8080, mode: "write" as const }];
    const files = [...(await bench.certificate("proxy2")), ...proxyFiles({}, ghost)];
    await bench.container("proxy2", "proxy", files, [8443]);
    await until(async () => (await bench.exec("proxy2", "healthy")).code === 0, "it to answer");
    const { status } = await lab.askAt(await bench.port("proxy2", 8443), "/");
    expect(status).toBe(502);
    expect((await bench.exec("proxy2", "ready")).output).toContain("no instance that writes");
  });

  test("shows its figures only to who has a certificate of the deployment", async () => {
    const status = [
      "curl",
      "-s",
      "--cacert",
      "/etc/synfleet/tls/ca.crt",
      "https://localhost:8081/stub_status",
    ];
    expect((await bench.exec("proxy", ...status)).output).toContain("400");
    const own = ["--cert", "/etc/synfleet/tls/node.crt", "--key", "/etc/synfleet/tls/node.key"];
    expect((await bench.exec("proxy", ...status, ...own)).output).toContain("Active connections");
  });

  test("logs requests without their queries", async () => {
    await lab.ask("proxy", "/api/whoami?token=canary");
    const log = await bench.logs("proxy");
    expect(log).toContain('"path":"/api/whoami"');
    expect(log).not.toContain("canary");
  });
});
