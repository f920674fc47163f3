import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { haproxyConf, type HaproxyConfArgs } from "../../../components/balancer/conf.ts";
import {
  Mesh,
  memberSettings,
  members,
  password,
  until,
  type ConfigFile,
  type Member,
} from "./support.ts";

const mesh = new Mesh();
const { bench } = mesh;

beforeAll(() => mesh.start(), 240_000);
afterAll(() => mesh.stop(), 60_000);

function balancerSettings(args: Partial<HaproxyConfArgs> = {}): ConfigFile[] {
  const content = haproxyConf({
    members,
    statisticsUser: "statistics",
    statisticsPassword: 'it\'s $a ; "secret" #1',
    ...args,
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

async function tickUntilQuiet(): Promise<void> {
  for (const member of members) await mesh.manage(member, "select synfleet.tick()");
}

async function sameEverywhere(query: string): Promise<unknown> {
  let seen: string[] = [];
  await until(async () => {
    seen = []; // an error on one member is no answer
    seen = await Promise.all(
      members.map(async (member) => JSON.stringify(await mesh.query(member, query))),
    );
    return new Set(seen).size === 1;
  }, `the same answer everywhere to: ${query}`);
  return JSON.parse(seen[0]!);
}

describe.sequential("three members", () => {
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
    expect((await bench.exec("balancer", "ready")).output).toContain("no member is admitted");
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

  test("take rows on each, with keys that never collide", async () => {
    await mesh.query(
      "postgres1",
      "create table item (id bigint generated always as identity primary key, by text)",
    );
    await sameEverywhere("select count(*) from pg_class where relname = 'item'");
    await until(async () => {
      await Promise.all(members.map((member) => mesh.query(member, "select 1 from item")));
      return true;
    }, "the table everywhere");
    await Promise.all(
      members.map((member) =>
        mesh.query(
          member,
          `insert into item (by) select '${member}' from generate_series(1, 1000)`,
        ),
      ),
    );
    await until(
      async () =>
        (await mesh.query("postgres2", "select count(*)::int as n from item"))[0]!.n === 3000,
      "all rows",
    );
    const residues = await sameEverywhere(
      "select by, min(id % 16) as low, max(id % 16) as high, count(distinct id)::int as keys from item group by by order by by",
    );
    expect(residues).toEqual(
      [1, 2, 3].map((n) => ({ by: `postgres${n}`, low: `${n}`, high: `${n}`, keys: 1000 })),
    );
  });

  test("put a sequence right that setval() moved onto another member's values", async () => {
    await mesh.query("postgres2", "select setval(pg_get_serial_sequence('item', 'id'), 100001)");
    await mesh.manage("postgres2", "select synfleet.tick()");
    const rows = await mesh.query(
      "postgres2",
      "insert into item (by) values ('later') returning id, id % 16 as residue",
    );
    expect(rows).toEqual([{ id: "100002", residue: "2" }]);
    await mesh.query("postgres2", "truncate item restart identity");
    expect(
      await mesh.query("postgres2", "insert into item (by) values ('anew') returning id"),
    ).toEqual([{ id: "2" }]);
  });

  test("keep steps that the application declared, in blocks", async () => {
    await mesh.query("postgres1", "create sequence blocks increment by 50 start 1");
    await sameEverywhere("select count(*) from pg_class where relname = 'blocks'");
    await until(
      async () =>
        (await mesh.query("postgres3", "select to_regclass('blocks') as c"))[0]!.c !== null,
      "the sequence",
    );
    expect(
      await mesh.query(
        "postgres3",
        "select nextval('blocks')::int as a, nextval('blocks')::int as b",
      ),
    ).toEqual([{ a: 101, b: 901 }]);
  });

  test("agree after conflicting writes, and record them", async () => {
    await mesh.query("postgres1", "create table account (id int primary key, v text)");
    await mesh.query(
      "postgres1",
      "insert into account select g, 'new' from generate_series(1, 20) g",
    );
    await until(
      async () => (await sameEverywhere("select count(*)::int as n from account")) !== undefined,
      "the rows",
    );
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        members.map((member) =>
          mesh.query(member, `update account set v = '${member} ${round}' where id = ${round + 1}`),
        ),
      );
    }
    await Promise.all(
      members.map((member) =>
        mesh.query(member, `insert into account values (100, '${member}')`).catch(() => undefined),
      ),
    );
    const rows = (await sameEverywhere("select id, v from account order by id")) as { v: string }[];
    expect(rows).toHaveLength(21);
    expect(rows.every((row) => row.v !== "new")).toBe(true);
    await tickUntilQuiet();
    const recorded = await Promise.all(
      members.map((member) =>
        mesh.manage(
          member,
          "select kind, relation, resolution, local_tuple, remote_tuple from synfleet.conflict",
        ),
      ),
    );
    expect(recorded.flat().length).toBeGreaterThan(5);
    expect(recorded.flat()).toContainEqual(
      expect.objectContaining({
        kind: "update",
        relation: "public.account",
        resolution: "keep_local",
        local_tuple: expect.stringContaining("postgres"),
        remote_tuple: expect.stringContaining("postgres"),
      }),
    );
    const log = await bench.logs("postgres1");
    expect(log).toContain("CONFLICT: remote");
    for (const member of members) expect(await mesh.replicating(member)).toBe(2);
  });

  test("are told who lags: slots by peer, heartbeats by age", async () => {
    await tickUntilQuiet();
    await until(async () => {
      const { status } = (
        await mesh.manage("postgres1", "select synfleet.tick() as status")
      )[0] as { status: Record<string, any> };
      const peers = status.slots.map((slot: { peer: string }) => slot.peer);
      const ages = status.subscriptions.map(
        (subscription: { heartbeat_age_seconds: number }) => subscription.heartbeat_age_seconds,
      );
      return (
        `${peers}` === "postgres2,postgres3" &&
        ages.every((age: number) => age !== null && age < 30) &&
        status.slots.every((slot: { lag_bytes: number }) => slot.lag_bytes < 100_000)
      );
    }, "the status to be complete");
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
    const rows = (await sameEverywhere(
      "select id from account where id >= 1000 and id < 9999 order by id",
    )) as { id: number }[];
    const kept = new Set(rows.map((row) => row.id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  });

  test("apply what can be reloaded, without a restart", async () => {
    const started = async (member: Member) =>
      (await mesh.manage(member, "select pg_postmaster_start_time()::text as t"))[0]!.t;
    const before = await started("postgres2");
    await bench.write(
      "postgres2",
      "postgres",
      memberSettings("postgres2", { parameters: { work_mem: "7MB" } }),
    );
    expect(await bench.exec("postgres2", "apply")).toEqual({ code: 0, output: "" });
    expect(
      (
        await mesh.manage("postgres2", "select setting from pg_settings where name = 'work_mem'")
      )[0],
    ).toEqual({ setting: "7168" });
    const renewed = await bench.certificate("postgres2");
    await bench.write("postgres2", "postgres", renewed);
    expect((await bench.exec("postgres2", "apply")).code).toBe(0);
    expect(await bench.served("postgres2", 5432)).toBe(renewed[1]!.content.trim());
    expect(await started("postgres2")).toBe(before);
  });

  test("change the application's password without showing it", async () => {
    const files = memberSettings("postgres2").map((file) =>
      file.path === "secrets/application_password" ? { ...file, content: "canary-42\n" } : file,
    );
    await bench.write("postgres2", "postgres", files);
    expect((await bench.exec("postgres2", "apply")).code).toBe(0);
    await mesh.disconnect("postgres2");
    await expect(mesh.query("postgres2", "select 1")).rejects.toThrow(
      "password authentication failed",
    );
    expect(await bench.logs("postgres2")).not.toContain("canary");
    await bench.write("postgres2", "postgres", memberSettings("postgres2"));
    expect((await bench.exec("postgres2", "apply")).code).toBe(0);
    expect(await mesh.query("postgres2", "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("refuse a broken configuration and keep the running one", async () => {
    const broken = memberSettings("postgres2").map((file) =>
      file.path === "pg_hba.conf" ? { ...file, content: "hostssl all nonsense\n" } : file,
    );
    await bench.write("postgres2", "postgres", broken);
    const result = await bench.exec("postgres2", "apply");
    expect(result.code).toBe(1);
    expect(result.output).toContain("pg_hba.conf line 1");
    await bench.write("postgres2", "postgres", memberSettings("postgres2"));
    expect((await bench.exec("postgres2", "apply")).code).toBe(0);
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

  test("statistics ask for the password, and serve metrics", async () => {
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
