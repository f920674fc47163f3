import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { haproxyConf } from "../../../components/balancer/conf.ts";
import {
  admittedSections,
  type AdmittedServiceArgs,
} from "../../../components/balancer/services/admitted.ts";
import { until, type ConfigFile } from "./bench.ts";
import { Mesh, memberSettings, members, password } from "./mesh.ts";

const mesh = new Mesh();
const { bench } = mesh;

beforeAll(() => mesh.start(), 240_000);
afterAll(() => mesh.stop(), 60_000);

function balancerSettings(args: Partial<AdmittedServiceArgs> = {}): ConfigFile[] {
  const content = haproxyConf({
    sections: [admittedSections({ members, database: "synapsedb", ...args })],
    statisticsUser: "statistics",
    statisticsPassword: 'it\'s $a ; "secret" #1',
  });
  return [{ path: "haproxy.cfg", content, secret: true }];
}

/** Server name → operational state (0 stopped, 2 running), as HAProxy tells it. */
async function serverStates(
  backend: "read" | "write",
  name = "balancer",
): Promise<Record<string, number>> {
  const script = `. /usr/local/lib/synfleet/common.sh; . /usr/local/lib/synfleet/balancer.sh; worker "show servers state ${backend}"`;
  const { output } = await bench.exec(name, "bash", "-c", script);
  const rows = output
    .split("\n")
    .filter((line) => /^\d+ /.test(line))
    .map((line) => line.split(" "));
  return Object.fromEntries(rows.map((row) => [row[3]!, Number(row[5])]));
}

describe.sequential("members behind the balancer", () => {
  test("admit nobody before the cluster is initialised", async () => {
    await bench.container(
      "balancer",
      "balancer",
      [...(await bench.certificate("balancer")), ...balancerSettings()],
      [5001, 5002, 8404],
    );
    await until(
      async () => (await bench.exec("balancer", "healthy")).code === 0,
      "the balancer to answer",
    );
    expect(await serverStates("write")).toEqual({ postgres1: 0, postgres2: 0, postgres3: 0 });
    await expect(mesh.query("postgres1", "select 1")).rejects.toThrow(
      "this cluster has not been initialised yet",
    );
    await expect(mesh.open("balancer", "synapsedb", 5002)).rejects.toThrow();
    expect((await bench.exec("postgres1", "ready")).output).toContain("not been initialised");
    expect((await bench.exec("balancer", "ready")).output).toContain(
      "write has no server that is up",
    );
  });

  test("form a mesh, and open when they are admitted", async () => {
    await mesh.connectMembers();
    expect(await serverStates("write")).toEqual({ postgres1: 0, postgres2: 0, postgres3: 0 });
    await mesh.admitAll();
    await until(
      async () => Object.values(await serverStates("read")).every((state) => state === 2),
      "all members to be up",
    );
    for (const member of members)
      expect(await bench.exec(member, "ready")).toEqual({ code: 0, output: "" });
    expect(await bench.exec("balancer", "ready")).toEqual({ code: 0, output: "" });
  });

  test("have a table to write to", async () => {
    await mesh.query("postgres1", "create table account (id int primary key, v text)");
    await mesh.sameEverywhere("select count(*) from account");
  });

  test("take clients through the balancer with the certificate verified", async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 6; i++) {
      const client = await mesh.open("balancer", "synapsedb", 5001);
      seen.add((await client.query("select name from synfleet.whoami()")).rows[0].name);
      await client.end();
    }
    expect([...seen].sort()).toEqual([...members]);
    const writer = await mesh.open("balancer", "synapsedb", 5002);
    expect((await writer.query("select name from synfleet.whoami()")).rows[0].name).toBe(
      "postgres1",
    );
    await writer.end();
    const plain = new pg.Client({
      host: "127.0.0.1",
      port: await bench.port("postgres1", 5432),
      user: "synapsedb",
      password,
      database: "synapsedb",
    });
    await expect(plain.connect()).rejects.toThrow(/no encryption|pg_hba/);
  });

  test("move writes within 10 s when the first is killed, and take it back when it is admitted again", async () => {
    await mesh.disconnect("postgres1");
    const acknowledged: number[] = [];
    let n = 0;
    const write = async () => {
      const client = await mesh.open("balancer", "synapsedb", 5002);
      try {
        for (;;) {
          await client.query("insert into account values ($1, 'w')", [1000 + n]);
          acknowledged.push(1000 + n++);
          await new Promise((resolve) => setTimeout(resolve, 20));
          if (stop) return;
        }
      } finally {
        await client.end().catch(() => undefined);
      }
    };
    let stop = false;
    let lastError = 0;
    const writer = (async () => {
      while (!stop) await write().catch(() => (lastError = Date.now()) && (n += 1));
    })();
    await until(async () => acknowledged.length > 20, "some writes");
    await new Promise((resolve) => setTimeout(resolve, 500)); // replicated
    await bench.docker("kill", "--signal", "KILL", bench.name("postgres1"));
    const killed = Date.now();
    const before = acknowledged.length;
    await until(async () => acknowledged.length > before + 5, "writes to go on", 10_000);
    expect(Date.now() - killed).toBeLessThan(10_000);
    console.info(
      `writes went on ${Math.max(0, lastError - killed)} ms after the kill at the latest`,
    );
    stop = true;
    await writer;
    await mesh.query("postgres3", "insert into account values (9999, 'while away')");

    await bench.docker("start", bench.name("postgres1"));
    await until(
      async () => /not been seen caught up/.test((await bench.exec("postgres1", "ready")).output),
      "the member to be back",
      60_000,
    );
    expect((await serverStates("write")).postgres1).toBe(0);
    await until(
      async () =>
        (
          await mesh.query("postgres1", "select count(*)::int as n from account where id = 9999")
        )[0]!.n === 1,
      "the member to catch up",
      60_000,
    );
    expect((await serverStates("write")).postgres1).toBe(0);
    await mesh.manage("postgres1", "select synfleet.admit('caught up')");
    await until(
      async () => (await serverStates("write")).postgres1 === 2,
      "the balancer to take it back",
    );
    const rows = (await mesh.sameEverywhere(
      "select id from account where id >= 1000 and id < 9999 order by id",
    )) as { id: number }[];
    const kept = new Set(rows.map((row) => row.id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  });

  test("leave the balancer before a restart that a setting needs", async () => {
    await bench.write(
      "postgres2",
      "postgres",
      memberSettings("postgres2", { maxConnections: 150 }),
    );
    const result = await bench.exec("postgres2", "apply");
    expect(result.code).toBe(10);
    expect(result.output).toContain("max_connections");
    expect((await bench.exec("postgres2", "ready")).output).toContain(
      "restarting for max_connections",
    );
    await until(
      async () => (await serverStates("read")).postgres2 === 0,
      "the balancer to let it go",
      3000,
    );
    await mesh.disconnect("postgres2");
    await bench.docker("restart", bench.name("postgres2"));
    await until(
      async () =>
        (await mesh.manage("postgres2", "show max_connections"))[0]!.max_connections === "150",
      "the new setting",
      30_000,
    );
    await until(
      async () => (await mesh.replicating("postgres2")) === 2,
      "its subscriptions",
      30_000,
    );
    await mesh.manage("postgres2", "select synfleet.admit('caught up')");
  });

  test("stay known to the balancer over its reload", async () => {
    await until(
      async () => Object.values(await serverStates("write")).every((state) => state === 2),
      "all members to be up",
    );
    const session = await mesh.open("balancer", "synapsedb", 5002);
    // With a check a minute, what is up after the reload is up because it was known.
    await bench.write("balancer", "balancer", balancerSettings({ checkIntervalMs: 60_000 }));
    expect(await bench.exec("balancer", "apply")).toEqual({ code: 0, output: "" });
    await until(async () => (await bench.exec("balancer", "healthy")).code === 0, "the new worker");
    expect(await serverStates("write")).toEqual({ postgres1: 2, postgres2: 2, postgres3: 2 });
    expect((await session.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await session.end();
    await bench.write("balancer", "balancer", [
      { path: "haproxy.cfg", content: "nonsense\n", secret: true },
    ]);
    expect(await bench.exec("balancer", "apply")).toMatchObject({
      code: 1,
      output: expect.stringContaining("the running one is kept"),
    });
  });

  test("are down for a balancer that starts, until its first check", async () => {
    // No check for a minute: HAProxy's own default would hand out clients at once.
    await bench.container(
      "balancer2",
      "balancer",
      [
        ...(await bench.certificate("balancer2", "stranger")),
        ...balancerSettings({ checkIntervalMs: 60_000 }),
      ],
      [5002],
    );
    await until(
      async () => (await bench.exec("balancer2", "healthy")).code === 0,
      "the balancer to answer",
    );
    expect(await serverStates("write", "balancer2")).toEqual({
      postgres1: 0,
      postgres2: 0,
      postgres3: 0,
    });
    expect(await serverStates("read", "balancer2")).toEqual({
      postgres1: 0,
      postgres2: 0,
      postgres3: 0,
    });
  });

  test("have statistics that ask for a password, and metrics", async () => {
    await bench.write("balancer", "balancer", balancerSettings());
    expect((await bench.exec("balancer", "apply")).code).toBe(0);
    const page = (path: string, user?: string) => bench.https("balancer", 8404, path, user);
    expect((await page("/stats")).status).toBe(401);
    expect((await page("/metrics", "statistics:wrong")).status).toBe(401);
    const metrics = await page("/metrics", 'statistics:it\'s $a ; "secret" #1');
    expect(metrics.status).toBe(200);
    expect(metrics.body).toContain("haproxy_server_status");
  });
});
