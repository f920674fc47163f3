import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bench, until } from "../images/bench.ts";
import { database, failOver, sql } from "./database.ts";
import { AppLab, type Answer } from "./lab.ts";

const lab = new AppLab();
const { bench } = lab;

beforeAll(() => lab.start(), 240_000);
afterAll(() => lab.stop(), 60_000);

const health = async (name: string) => JSON.parse((await lab.ask(name, "/actuator/health")).body);

describe.sequential("instances of the reference app", () => {
  test("are UP with their database and their cache", async () => {
    expect(await health("app1")).toEqual({
      status: "UP",
      components: { db: { status: "UP", details: { role: "primary" } }, redis: { status: "UP" } },
    });
    expect((await health("app2")).components.db.details).toEqual({ role: "standby" });
  });

  test("read what another has written, from a standby and a replica", async () => {
    const made = await lab.ask("app1", "/api/items", { method: "POST", body: { name: "first" } });
    expect(made.status).toBe(201);
    await until(
      async () => (await lab.ask("app2", made.headers.location as string)).status === 200,
      "the item to reach the standby",
    );
    const put = { method: "PUT", body: "hello" };
    expect((await lab.ask("app1", "/api/cache/greeting", put)).status).toBe(204);
    await until(
      async () => (await lab.ask("app2", "/api/cache/greeting")).body === '"hello"',
      "the value to reach the replica",
    );
  });

  test("refuse writes where they only read", async () => {
    const write = { method: "POST", body: { name: "second" } };
    const { status, body } = await lab.ask("app2", "/api/items", write);
    expect(status).toBe(405);
    expect(JSON.parse(body)).toMatchObject({ title: "This instance only reads" });
  });

  test("count requests for Prometheus", async () => {
    const { body } = await lab.ask("app1", "/actuator/prometheus");
    expect(body).toMatch(
      /http_server_requests_seconds_count\{method="POST",uri="\/api\/items",status="201"\} 1\n/,
    );
    expect(body).toContain('app_component_up{component="db"} 1');
    expect(body).toContain('app_info{mode="write"} 1');
  });

  test("take a new certificate and a new password without a restart", async () => {
    const started = () =>
      bench.docker("inspect", "--format", "{{.State.StartedAt}}", bench.name("app1"));
    const before = await started();
    await sql(bench, "postgres1", "alter role synaxic password 'another'");
    const files = (await lab.appFiles("app1", "write")).map((file) =>
      file.path === "secrets/database_password" ? { ...file, content: "another\n" } : file,
    );
    await bench.write("app1", "app", files);
    const certificate = files.find(({ path }) => path === "tls/node.crt")!.content.trim();
    expect(await bench.exec("app1", "apply")).toEqual({ code: 0, output: "" });
    await until(
      async () => (await lab.served("app1", 8080)) === certificate,
      "the new certificate",
    );
    await sql(
      bench,
      "postgres1",
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'synaxic'",
    );
    await lab.ready("app1");
    expect(await started()).toBe(before);
    // The other instance has the old password still.
    const old = database.password.replaceAll("'", "''");
    await sql(bench, "postgres1", `alter role synaxic password '${old}'`);
    await bench.write("app1", "app", await lab.appFiles("app1", "write"));
    expect(await bench.exec("app1", "apply")).toEqual({ code: 0, output: "" });
  });

  test("ask for a restart when their settings changed, and keep those that they have when they are wrong", async () => {
    const files = await lab.appFiles("app2", "read", 7);
    await bench.write("app2", "app", files);
    expect((await bench.exec("app2", "apply")).code).toBe(10);
    await bench.write("app2", "app", [{ path: "app.json", content: "{}" }]);
    const { code, output } = await bench.exec("app2", "apply");
    expect(code).toBe(1);
    expect(output).toContain("the running ones are kept");
    expect((await health("app2")).status).toBe("UP");
    await bench.write("app2", "app", files);
  });

  test("talk to no server that their authority does not vouch for", async () => {
    const other = new Bench();
    await other.start();
    try {
      const [authority] = await other.certificate("stranger");
      await lab.instance("app3", "read", [authority!]);
    } finally {
      await other.stop();
    }
    let seen = { code: 0, output: "" };
    await until(async () => {
      seen = await bench.exec("app3", "ready");
      return /DOWN|certificate/.test(seen.output);
    }, "the instance to say why it is not ready");
    const { body } = await bench
      .exec("app3", "curl", "-sk", "https://localhost:8080/actuator/health")
      .then(({ output }) => ({ body: JSON.parse(output) }));
    expect(body.components.db.details.error).toMatch(/certificate/);
    expect(body.components.redis.details.error).toMatch(/certificate/);
  });

  test("answer a write that a fail-over met as if nothing was, once", async () => {
    const over = failOver(bench);
    const answers: Answer[] = [];
    do {
      const body = { name: `write ${answers.length}` };
      answers.push(await lab.ask("app1", "/api/items", { method: "POST", body }));
      // The standby is let in under the new password that it replicated.
    } while (answers.length < 20 || (await settled(over)) === false);
    await over;
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([201]);
    const kept = await sql(
      bench,
      "postgres2",
      "select count(*) from item where name like 'write %'",
    );
    expect(Number(kept)).toBe(answers.length);
    expect(await health("app1")).toMatchObject({ status: "UP" });
  });

  test("end in time, after what they were asked is answered", async () => {
    const locked = sql(bench, "postgres2", "begin; lock table item; select pg_sleep(2); commit");
    const seen = (text: string) => async () => (await sql(bench, "postgres2", text)) === "1";
    const locks = "select count(*) from pg_locks where relation = 'item'::regclass and";
    await until(seen(`${locks} mode = 'AccessExclusiveLock' and granted`), "the lock");
    const asked = lab.ask("app1", "/api/items");
    await until(seen(`${locks} not granted`), "the request to wait");
    await bench.docker("stop", "--time", "20", bench.name("app1"));
    expect((await asked).status).toBe(200);
    await locked;
    const state = await bench.docker(
      "inspect",
      "--format",
      "{{.State.ExitCode}}",
      bench.name("app1"),
    );
    expect(state).toBe("0");
  });

  test("log no password", async () => {
    for (const name of ["app1", "app2", "app3"]) {
      expect(await bench.logs(name)).not.toMatch(/canary|another/);
    }
  });
});

async function settled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  return (
    (await Promise.race([promise, new Promise((done) => setTimeout(done, 20, pending))])) !==
    pending
  );
}
