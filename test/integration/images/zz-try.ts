import { Mesh, members, until } from "/work/main/test/integration/images/support.ts";
const mesh = new Mesh();
const t0 = Date.now();
try {
  await mesh.start(); console.log("started", Date.now() - t0);
  await mesh.connectMembers(); console.log("connected", Date.now() - t0);
  await mesh.query("postgres1", "select 1").catch((e) => console.log("login before:", e.message));
  await mesh.admitAll();
  const probe = async (label: string, member: any, sql: string, see: string) => {
    try { await mesh.query(member, sql); } catch (e: any) { console.log("REFUSED", label, "|", e.message, "|", e.hint); await mesh.query(member, "rollback"); return; }
    let out: any = {};
    const t = Date.now();
    for (const m of members) { try { await until(async () => { out[m] = JSON.stringify(await mesh.query(m, see)); return out[m] === out[members[0]] || members[0] === m || false; }, "x", 1500); } catch (e: any) { out[m] = (out[m] ?? "") + "!" + e.message; } }
    console.log(new Set(Object.values(out)).size === 1 ? "OK  " : "DIFF", label, Date.now() - t, new Set(Object.values(out)).size === 1 ? out.postgres1 : out);
  };
  (globalThis as any).probe = probe;
  await probe("create", "postgres1", "create table a (id bigint generated always as identity primary key, v text)", "select relname, pg_get_userbyid(relowner) from pg_class where relname='a'");
  for (const m of members) await mesh.query(m, `insert into a(v) values ('${m}'),('${m}b')`);
  await probe("rows", "postgres1", "select 1", "select * from a order by id");
  await probe("alter on 2", "postgres2", "alter table a add column n int default 5", "select * from a order by id");
  await probe("multi", "postgres3", "create table b (id serial primary key, t text); insert into b(t) values ('x;y'); alter table b add u text default 'z'; create index on b(u); comment on table b is 'a; b'", "select *, obj_description('b'::regclass) from b");
  await probe("txn", "postgres1", "begin; create table c(id int primary key); insert into c values (1); alter table c add x int; insert into c values (2,2); commit", "select * from c order by 1");
  await probe("do", "postgres2", "do $$ begin create table d(id int primary key); insert into d values (7); for i in 1..3 loop execute format('create table d%s (id int primary key)', i); end loop; end $$", "select (select count(*) from d), (select count(*) from pg_class where relname ~ '^d[123]$')");
  await probe("ctas", "postgres3", "create table e as select g, 'x'||g as t from generate_series(1,100) g", "select count(*), sum(g) from e");
  await probe("select into", "postgres1", "select * into e2 from e where g < 10", "select count(*), sum(g) from e2");
  await probe("keyless update", "postgres2", "update e set t='q' where g=1", "select count(*) from e where t='q'");
  await probe("keyless insert", "postgres2", "insert into e values (1000,'n')", "select count(*) from e");
  await probe("add key", "postgres2", "alter table e add primary key (g)", "select count(*) from e");
  await probe("update keyed", "postgres2", "update e set t='q' where g=1", "select count(*) from e where t='q'");
  await probe("delete keyed", "postgres3", "delete from e where g=2", "select count(*) from e");
  await probe("drop", "postgres1", "drop table e", "select count(*) from pg_class where relname='e'");
  await probe("drop if exists none", "postgres1", "drop table if exists nothing", "select 1");
  await probe("temp", "postgres1", "create temp table tt as select 1; drop table tt; create temporary table t3(id serial primary key); alter table t3 add x int; create index on t3(x)", "select 1");
  await probe("volatile", "postgres1", "alter table b add r uuid default gen_random_uuid()", "select 1");
  await probe("now", "postgres1", "alter table b add ts timestamptz default now()", "select 1");
  await probe("now empty", "postgres1", "create table n1(id int primary key); alter table n1 add ts timestamptz default now()", "select count(*) from n1");
  await probe("concurrently", "postgres1", "create index concurrently on b(t)", "select 1");
  await probe("sql function", "postgres1", "create function f() returns void language sql as 'create table zz(id int)'", "select 1");
  await probe("sql function run", "postgres1", "select f()", "select count(*) from pg_class where relname='zz'");
  await probe("synfleet.ddl", "postgres1", "select synfleet.ddl('create schema s; create table s.t(id int primary key); insert into s.t values (1)')", "select * from s.t");
  await probe("misc", "postgres2", "create type mood as enum ('a','b'); create view v as select * from b; create function g(int) returns int language plpgsql as $f$ begin return $1; end; $f$; create sequence sq; create or replace procedure p1() begin atomic select 1; select 2; end; alter type mood add value 'c'", "select count(*) from pg_proc where proname in ('g','p1')");
  await probe("trigger", "postgres2", "create function tf() returns trigger language plpgsql as 'begin new.t = 1; return new; end'; create trigger tg before insert on b for each row execute function tf(); grant select on b to public; create extension pg_trgm; create materialized view mv as select * from b; refresh materialized view mv; truncate b", "select count(*) from b");
  await probe("vector", "postgres2", "create table vec(id int primary key, e vector(3)); insert into vec values (1,'[1,2,3]'),(2,'[4,5,6]')", "select id from vec order by e <-> '[4,5,5]'");
  await probe("part", "postgres2", "create table pt(id int, d date, primary key(id,d)) partition by range(d); create table pt1 partition of pt for values from ('2020-01-01') to ('2030-01-01'); insert into pt values (1,'2025-01-01')", "select * from pt");
  await probe("enable always", "postgres2", "alter table b enable always trigger tg", "select 1");
  await probe("setval", "postgres2", "select setval('sq', 100)", "select 1");
  for (const m of members) { await mesh.manage(m, "select synfleet.tick()"); }
  for (const m of members) { const s: any = (await mesh.manage(m, "select synfleet.tick() as t"))[0]!.t; console.log(m, JSON.stringify(s)); console.log(await mesh.query(m, "select nextval('sq')")); }
} catch (e) { console.log(e); } finally {
  if (process.argv[2] === "keep") console.log(mesh.bench.prefix); 
  for (const m of members) { const { execSync } = await import("node:child_process"); console.log(m, execSync(`docker logs ${mesh.bench.name(m)} 2>&1 | grep -E 'ERROR|WARN|FATAL|CONFLICT|PANIC' | tail -8; true`).toString()); }
  await mesh.stop();
}
