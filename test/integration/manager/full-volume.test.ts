import { afterAll, beforeAll, expect, test } from "vitest";
import { haproxyConf } from "../../../components/balancer/conf.ts";
import { admittedSections, WRITE_PORT } from "../../../components/balancer/services/admitted.ts";
import { SmallVolume } from "../../support/small-volume.ts";
import { applicationPassword, Lab, until } from "./lab.ts";
import * as synapse from "./synapse.ts";

const { numbers, standing } = synapse;
let lab: Lab;
let volume: SmallVolume;
/** Rows that the application was told to be written, and by which member. */
const acknowledged = new Map<number, string>();
let next = 1;

beforeAll(async () => {
  lab = await Lab.create("full");
  volume = await SmallVolume.create(lab.name("postgres1-data"), 600);
  await Promise.all([
    synapse.startEtcd(lab),
    ...numbers.map((number) => synapse.startPostgres(lab, number)),
  ]);
  // Nobody bears trouble for long here: what one member suffers must not close the others.
  const admission = { absentAfterSeconds: 5, withdrawAfterSeconds: 1 };
  await Promise.all(numbers.map((number) => synapse.startManager(lab, number, { admission })));
  const sections = [admittedSections({ members: synapse.members, database: "synapsedb" })];
  const content = haproxyConf({ sections, statisticsUser: "s", statisticsPassword: "s" });
  const files = { ...(await lab.identity("balancer")), "haproxy.cfg": { secret: content } };
  await lab.start("balancer", "balancer", files);
  const init = { ...(await lab.identity("manager1")), ...synapse.managerFiles(null) };
  await lab.start("manager", "init", init, { command: ["init"] });
  await lab.docker(["wait", lab.name("init")]);
  await lab.application("postgres1", "create table things (id int primary key, filler text)");
  await until("a write through the balancer", write, (member) => member === "postgres1");
}, 600_000);

afterAll(async () => {
  await lab?.tellLogs(["manager1", "postgres1"]);
  await lab?.destroy();
  await volume?.remove();
}, 120_000);

/** One row through the balancer; gives the member that took it. */
async function write(): Promise<string> {
  const id = next++;
  const filler = "repeat(md5(random()::text), 2000)";
  const { stdout } = await lab.docker([
    ...["exec", "--env", `PGPASSWORD=${applicationPassword}`, lab.name("postgres3"), "psql"],
    ...["-XqAt", "-v", "ON_ERROR_STOP=1"],
    ...["-c", `insert into things values (${id}, ${filler})`, "-c", "select synfleet.whoami()"],
    `host=balancer port=${WRITE_PORT} dbname=synapsedb user=synapsedb sslmode=require connect_timeout=3`,
  ]);
  const by = stdout.trim().replace(/[()]/g, "").split(",")[0]!;
  acknowledged.set(id, by);
  return by;
}

const check = (member: string) => lab.sql(member, "select synfleet.check()");
const lacking = (member: string, writers: readonly string[] = synapse.members) =>
  lab.sql(
    member,
    `select count(*) from unnest('{${takenBy(writers).join(",")}}'::int[]) w(id) where not exists (select from public.things t where t.id = w.id)`,
  );

const takenBy = (writers: readonly string[]) =>
  [...acknowledged].flatMap(([id, by]) => (writers.includes(by) ? id : []));

async function fill(): Promise<void> {
  await volume.fill();
  await until(
    "withdrawal",
    () => check("postgres1"),
    (told) => /^synfleet: withdrawn: the volume of postgres1 is full: less than 16/.test(told),
  );
}

async function writtenBy(member: string, rows: number): Promise<void> {
  for (let row = 0; row < rows; row++) expect(await write()).toBe(member);
}

/** A member without room may have taken rows last that it sends when it has room again. */
async function nothingLacks(
  members: readonly string[],
  writers: readonly string[] = members,
): Promise<void> {
  for (const member of members) {
    await until(
      `all rows on ${member}`,
      () => lacking(member, writers),
      (count) => count === "0",
    );
  }
}

test("a member whose volume is full gets no more clients, and says why", async () => {
  await fill();
  expect(await standing(lab, 1)).toMatchObject({
    admitted: false,
    reason: "the volume of postgres1 is full: less than 16 MiB of 600 MiB left",
  });
  await until("a write elsewhere", write, (member) => member === "postgres2");
  await writtenBy("postgres2", 20);
  await nothingLacks(["postgres2", "postgres3"]);
  for (const member of ["postgres2", "postgres3"])
    expect(await check(member)).toBe("synfleet: admitted");
}, 180_000);

test("it opens by itself once there is room, with all that the others took meanwhile", async () => {
  await volume.empty();
  await until(
    "admission",
    () => check("postgres1"),
    (told) => told === "synfleet: admitted",
    120_000,
  );
  expect(await lacking("postgres1")).toBe("0");
  await until("a write to the first member", write, (member) => member === "postgres1");
}, 180_000);

test("one whose server stopped for want of room comes back by itself too", async () => {
  await fill();
  // WAL has nowhere to go: the server stops, and cannot start.
  const switched =
    "select pg_logical_emit_message(false, 'test', repeat('x', 1000000)), pg_switch_wal()";
  await until(
    "the end of the server",
    () => lab.try(["exec", lab.name("postgres1"), "psql", "-XqAt", ...own, "-c", switched]),
    ({ code, stderr }) => code !== 0 && !stderr.includes("ERROR"),
  );
  await until("a write elsewhere", write, (member) => member === "postgres2");
  await writtenBy("postgres2", 20);
  await nothingLacks(["postgres2", "postgres3"]);
  expect(await standing(lab, 1)).toMatchObject({
    admitted: false,
    reason: expect.stringMatching(
      /^postgres1 does not answer.*the volume of postgres1 is full/,
    ) as string,
  });
  const log = await lab.docker(["logs", "--tail", "100", lab.name("postgres1")]);
  expect(log.stderr).toMatch(/the volume at \/var\/lib\/synfleet is full: \d+ bytes left\./);
  await volume.empty();
  await until(
    "admission",
    () => check("postgres1"),
    (told) => told === "synfleet: admitted",
    150_000,
  );
  expect(await lacking("postgres1")).toBe("0");
  await nothingLacks(synapse.members);
}, 300_000);

const own = ["-h", "/run/postgresql", "-U", "synfleet", "synapsedb"];
