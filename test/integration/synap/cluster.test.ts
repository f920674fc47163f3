/** What a master with two replicas keeps its word about; on the server that `SYNAP_IMAGE` or `SYNAP_SERVER` names, or the stand-in. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYNAP_READ_PORT, SYNAP_WRITE_PORT } from "../../../components/balancer/services/synap.ts";
import { until } from "../images/bench.ts";
import { missing, password, SynapLab } from "./lab.ts";

const lab = new SynapLab();
const { bench } = lab;
const three = { members: ["synap1", "synap2", "synap3"], master: "synap1" };
const replicas = ["synap2", "synap3"];

beforeAll(async () => {
  await lab.start();
  await Promise.all([
    ...three.members.map((name) => lab.up(name, three)),
    bench.container(
      "balancer",
      "balancer",
      [...(await lab.identity("balancer")), ...lab.balancerFiles(three.members)],
      [SYNAP_WRITE_PORT, SYNAP_READ_PORT],
    ),
  ]);
  await lab.ready(...three.members);
  await until(async () => (await bench.exec("balancer", "ready")).code === 0, "the balancer");
}, 300_000);
afterAll(() => lab.stop(), 60_000);

const write = { port: SYNAP_WRITE_PORT };
const read = { port: SYNAP_READ_PORT };

describe.sequential("a master with two replicas", () => {
  test("every member is healthy", async () => {
    for (const name of three.members) {
      expect((await bench.exec(name, "healthy")).code).toBe(0);
      const { status, body } = await lab.ask(name, "GET", "/health", undefined, { auth: "" });
      expect([status, body.status]).toEqual([200, "healthy"]);
    }
  });

  test("a write is seen on each replica within a second", async () => {
    expect(await lab.set("synap1", "user:100", "Alice")).toMatchObject({ status: 200 });
    for (const replica of replicas)
      expect(await lab.sees(replica, "user:100", "Alice")).toBeLessThan(1000);
    expect((await lab.ask("synap1", "DELETE", "/kv/del/user:100")).body.deleted).toBe(true);
    for (const replica of replicas) await lab.sees(replica, "user:100", missing);
    await lab.set("synap1", "user:100", "Alice");
  });

  test("replication is told by master and replicas", async () => {
    const info = async (name: string) =>
      (await lab.ask(name, "GET", "/info?section=replication")).body.replication;
    expect(await info("synap1")).toMatchObject({ role: "master", connected_slaves: 2 });
    for (const replica of replicas) {
      expect(await info(replica)).toMatchObject({
        role: "slave",
        master_link_status: "up",
        slave_repl_lag: 0,
      });
    }
  });

  test("no write gets to a replica, by whatever route", async () => {
    const refused: [method: string, path: string, body?: unknown][] = [
      ["POST", "/kv/set", { key: "x", value: "y" }],
      ["DELETE", "/kv/del/user:100"],
      ["PUT", "/stream/room"],
      ["POST", "/api/v1/command", { command: "kv.set", payload: { key: "x", value: "y" } }],
      ["POST", "/mcp", {}],
      ["GET", "/queue/jobs/consume/me"],
      ["GET", "/kv/ws"],
      ["POST", "/kv/get/x", { key: "x" }],
      ["POST", "/snapshot"],
      ["GET", "/kv/get/../set"],
    ];
    for (const [method, path, body] of refused) {
      const { status, body: said } = await lab.ask("synap2", method, path, body);
      expect([method, path, status]).toEqual([method, path, 405]);
      expect(said.error).toContain("this member is a replica");
      expect((await lab.ask("balancer", method, path, body, read)).status).toBe(405);
    }
    expect(await lab.get("synap2", "user:100")).toBe("Alice");
  });

  test("the balancer sends writes to the master and reads to the replicas", async () => {
    expect((await lab.set("balancer", "via", "balancer", { ...write, as: "nobody" })).status).toBe(
      200,
    );
    for (const replica of replicas) await lab.sees(replica, "via", "balancer");
    const seen = new Set<unknown>();
    for (let turn = 0; turn < 6; turn += 1) {
      const { body } = await lab.ask(
        "balancer",
        "GET",
        "/info?section=replication",
        undefined,
        read,
      );
      seen.add(body.replication.role);
    }
    expect([...seen]).toEqual(["slave"]);
    expect((await lab.ask("balancer", "GET", "/synfleet/ready", undefined, write)).status).toBe(
      404,
    );
  });

  test("passwords are asked for, and keys work until they are revoked", async () => {
    const get = (auth: string) => lab.ask("synap1", "GET", "/kv/get/user:100", undefined, { auth });
    expect((await get("")).status).toBe(401);
    expect((await get("root:wrong")).status).toBe(401);
    expect((await get(`root:${password}`)).status).toBe(200);
    const made = await lab.ask("synap1", "POST", "/auth/keys", {
      name: "reader",
      permissions: [{ resource: "*", action: "all" }],
    });
    const { id, key } = made.body.key;
    const path = `/kv/get/user:100?api_key=${key}`;
    const withKey = () => lab.ask("synap1", "GET", path, undefined, { auth: "" });
    expect((await withKey()).status).toBe(200);
    expect((await lab.ask("synap1", "DELETE", `/auth/keys/${id}`)).status).toBe(200);
    expect((await withKey()).status).toBe(401);
  });

  test("metrics are there without a password, for whom the guard lets in", async () => {
    const ask = (path: string) =>
      lab.ask("synap2", "GET", path, undefined, { auth: "", as: "balancer" });
    expect((await ask("/metrics")).body).toContain("synap_process_memory_bytes");
    const own = await ask("/synfleet/metrics");
    expect(own.body).toMatch(/^synfleet_synap_ready 1$/m);
    expect(own.body).toMatch(/^synfleet_synap_master 0$/m);
  });

  test("the guard lets in declared clients alone", async () => {
    await lab.identity("stranger");
    expect((await lab.ask("synap1", "GET", "/health", undefined, { as: "stranger" })).status).toBe(
      403,
    );
    await expect(
      lab.ask("synap1", "GET", "/health", undefined, { as: "nobody" }),
    ).rejects.toThrow();
  });

  test("members let nobody but members at their own port", async () => {
    const status = (as: string) =>
      lab.ask("synap1", "GET", "/synfleet/status", undefined, { as, port: 15600 });
    await expect(status("nobody")).rejects.toThrow();
    expect((await status("stranger")).status).toBe(403);
    expect((await status("operator")).status).toBe(403);
    expect((await status("synap2")).body).toMatchObject({ name: "synap1", mode: "master" });
    // The server's own ports are not there for anybody outside of the container.
    const probe = `for port in 25500 25600 6379 15501; do timeout 2 bash -c "</dev/tcp/synap1/$port" 2>/dev/null && echo open $port; done; true`;
    expect(await bench.exec("synap2", "bash", "-c", probe)).toEqual({ code: 0, output: "" });
  });

  test("what the server would log as an empty value is refused", async () => {
    await lab.set("synap1", "kept", "whole");
    const append = await lab.ask("synap1", "POST", "/kv/kept/append", { value: "more" });
    expect(append.status).toBe(501);
    const command = { command: "kv.append", payload: { key: "kept", value: "more" } };
    expect((await lab.ask("synap1", "POST", "/api/v1/command", command)).status).toBe(501);
    await lab.sees("synap2", "kept", "whole");
  });

  test("after a crash of the master, all data is back and replicas see the next write", async () => {
    for (let n = 0; n < 20; n += 1) await lab.set("synap1", `before:${n}`, String(n));
    const before = await lab.status("synap1");
    await lab.crash("synap1");
    await until(async () => {
      const { run, ready } = await lab.status("synap1");
      return ready && run !== before.run;
    }, "the master to be open again");
    await lab.set("synap1", "after", "crash");
    const fresh = await Promise.all(replicas.map((name) => lab.sees(name, "after", "crash")));
    process.stdout.write(`replicas are fresh ${Math.max(...fresh)} ms after the master opened\n`);
    await lab.ready(...replicas);
    for (const name of three.members) {
      expect(await lab.get(name, "user:100")).toBe("Alice");
      for (let n = 0; n < 20; n += 1) expect(await lab.get(name, `before:${n}`)).toBe(String(n));
    }
  });

  test("a restarted replica has all of it, and the balancer leaves it out until then", async () => {
    await bench.docker("stop", bench.name("synap2"));
    await lab.set("synap1", "while", "away");
    await bench.docker("start", bench.name("synap2"));
    for (let turn = 0; turn < 10; turn += 1)
      expect(await lab.get("balancer", "while", read)).toBe("away");
    await lab.ready("synap2");
    for (const key of ["user:100", "while", "after"])
      expect([key, await lab.get("synap2", key)]).not.toEqual([key, missing]);
  });

  test("reads go on at replicas while there is no master", async () => {
    await bench.docker("stop", bench.name("synap1"));
    await until(
      async () =>
        (await lab.ask("balancer", "GET", "/kv/get/after", undefined, write)).status === 503,
      "the balancer to see that the master is gone",
    );
    expect(await lab.get("balancer", "after", read)).toBe("crash");
    expect((await bench.exec("synap2", "ready")).output).toContain("the link to synap1 is down");
    await bench.docker("start", bench.name("synap1"));
    await lab.ready(...three.members);
    expect(await lab.get("synap1", "while")).toBe("away");
  });
});
