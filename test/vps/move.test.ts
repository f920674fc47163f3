/** The procedure of docs/operations.md by which SynapseDB moves from one host to several, word by word. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectDirectory } from "../../commands/support/paths.ts";
import { query } from "../support/database.ts";
import { Deployment } from "../support/deployment.ts";
import { run } from "../../commands/support/process.ts";
import { until } from "../support/until.ts";
import { onServers, type OnServers } from "./support.ts";

let old: Deployment;
let servers: OnServers;
let folder: string;
/** The procedure's own commands, in their order. */
let steps: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfleet-move-"));
  const text = await readFile(join(projectDirectory, "docs", "operations.md"), "utf8");
  const section = text.split("\n## Moving from one host to many\n")[1]!.split("\n## ")[0]!;
  steps = [...section.matchAll(/^ {3}```sh\n([\s\S]*?)^ {3}```$/gm)].map(([, block]) =>
    block!.replace(/^ {3}/gm, ""),
  );
  old = await Deployment.create();
  // What is moved is the same with fewer.
  const { members } = old.settings() as { members: object[] };
  await old.set({ members: members.slice(0, 2), etcd: [{ name: "etcd1" }] });
  await old.up();
  servers = await onServers("synapsedb", 3);
});
afterAll(async () => {
  await servers?.remove();
  await old?.remove();
  await rm(folder, { recursive: true, force: true });
});

test("SynapseDB moves to several hosts with every row, and new keys do not meet the old ones", async () => {
  const before = await old.outputs();
  const write = (text: string, values: unknown[] = []) =>
    query<Record<string, any>>(String(before.endpoints["write"]), before, text, values);
  await write(
    "create table customer (id bigint generated always as identity primary key, name text not null unique, since timestamptz default now(), more jsonb)",
  );
  await write(
    "create table item (id bigserial primary key, customer bigint references customer, price numeric(12,4), weight double precision, place vector(3))",
  );
  await write("create table nothing (id int primary key)");
  await write(
    `insert into customer (name, more) select 'Zoë ' || n || E'\\n\\t\\\\', jsonb_build_object('n', n) from generate_series(1, 500) as n`,
  );
  await write(
    `insert into item (customer, price, weight, place)
     select id, id / 7.0, sqrt(id), ('[' || id || ',0.1,-3]')::vector from customer, generate_series(1, 4)`,
  );

  const [where, dump, compare, sequences] = steps;
  expect(where).toMatch(/^from=.*\nto1=.*\nto2=.*\nto3=.*\n$/);
  const { fleet, deployment } = servers;
  const places = [
    `from="docker exec -i ${old.prefix}-postgres1"`,
    ...fleet.hosts.map(
      ({ name }, index) =>
        `to${index + 1}="ssh -F ${fleet.sshConfig} ${name} docker exec -i ${deployment.prefix}-postgres${index + 1}"`,
    ),
  ].join("\n");
  const shell = async (script: string) => {
    const { code, stdout, stderr } = await run("bash", ["-ec", `${places}\n${script}`], {
      cwd: folder,
    });
    return { code, text: stdout + stderr };
  };
  expect(await shell(dump!)).toMatchObject({ code: 0 });
  // "Run it again until it says so."
  await until("equal checksums on all nodes", async () => {
    const { text } = await shell(compare!);
    if (text !== "equal\nequal\nequal\n") throw new Error(text.slice(-1000));
    return true;
  });
  const sums = (await readFile(join(folder, "old.sums"), "utf8")).trim().split("\n");
  expect(sums.map((line) => line.split("|").slice(0, 2))).toEqual([
    ["customer", "500"],
    ["item", "2000"],
    ["nothing", "0"],
  ]);
  expect(await shell(sequences!)).toMatchObject({ code: 0 });

  const after = await deployment.outputs();
  const nodes = [after.endpoints["nodes"]!].flat();
  expect(nodes).toHaveLength(3);
  for (const [index, node] of nodes.entries())
    await query(node, after, "insert into customer (name) values ($1)", [`new ${index}`]);
  for (const node of nodes)
    await until("the new rows", async () => {
      const text = "select count(*)::int as rows, count(distinct id)::int as keys from customer";
      const [row] = await query<{ rows: number; keys: number }>(node, after, text);
      return row!.rows === 503 && row!.keys === 503 ? true : undefined;
    });
  // The way back is open: the old one is as it was.
  const [kept] = await write("select count(*)::int as rows from customer");
  expect(kept).toEqual({ rows: 500 });
});
