import type { Carried } from "./ddl-cases.ts";

const exists = (name: string) => `select to_regclass('${name}') is not null`;

/** Tables and their rows. `see` selects one value. */
export const carriedTables: readonly Carried[] = [
  {
    what: "CREATE TABLE, owned by its maker",
    on: "postgres1",
    run: ["create table book (id bigint generated always as identity primary key, title text)"],
    see: "select tableowner from pg_tables where tablename = 'book'",
    gives: "synapsedb",
  },
  {
    what: "rows of a new table, written on another member",
    on: "postgres3",
    run: ["insert into book (title) values ('one')"],
    see: "select count(*)::int from book",
    gives: 1,
  },
  {
    what: "ALTER TABLE from another member",
    on: "postgres2",
    run: ["alter table book add column pages int default 100"],
    see: "select sum(pages)::int from book",
    gives: 100,
  },
  {
    what: "a transaction with changes and rows in turn",
    on: "postgres1",
    run: [
      "begin",
      "create table shelf (id int primary key)",
      "insert into shelf values (1)",
      "alter table shelf add column place text",
      "insert into shelf values (2, 'up')",
      "commit",
    ],
    see: "select string_agg(id || coalesce(place, '-'), ',' order by id) from shelf",
    gives: "1-,2up",
  },
  {
    what: "a query string of several statements",
    on: "postgres3",
    run: [
      'create table "odd;name" (id serial primary key, t text default \'a;b\'); /* ; */ insert into "odd;name" (t) values (\'x;y\'); alter table "odd;name" add u text default $$;$$; comment on table "odd;name" is \'c; d\' -- ;',
    ],
    see: 'select t || u || obj_description(\'"odd;name"\'::regclass) from "odd;name"',
    gives: "x;y;c; d",
  },
  {
    what: "BEGIN and COMMIT within a query string",
    on: "postgres3",
    run: [
      "begin; create table both_a (id int primary key); create table both_b (id int primary key); commit; create table both_c (id int primary key)",
    ],
    see: "select count(*)::int from pg_class where relname like 'both__'",
    gives: 3,
  },
  {
    what: "a DO block",
    on: "postgres2",
    run: [
      "do $$ begin create table part0 (id int primary key); for i in 1..3 loop execute format('create table part%s (id int primary key)', i); end loop; insert into part0 values (7); end $$",
    ],
    see: "select (select sum(id) from part0)::int + (select count(*) from pg_class where relname ~ '^part[123]$')::int",
    gives: 10,
  },
  {
    what: "a function that makes tables",
    on: "postgres1",
    run: [
      "create function make_table(name text) returns void language plpgsql as $$ begin execute 'create table ' || quote_ident(name) || ' (id int primary key)'; end $$",
      "select make_table('made')",
    ],
    see: exists("made"),
    gives: true,
  },
  {
    what: "CREATE TABLE AS with its rows",
    on: "postgres3",
    run: [
      "create table numbers as select g as n, 'x' || g as t, now() as at from generate_series(1, 100) g",
    ],
    see: "select count(*)::int + sum(n)::int from numbers",
    gives: 5150,
  },
  {
    what: "SELECT INTO with its rows",
    on: "postgres1",
    run: ["select n into few from numbers where n < 10"],
    see: "select sum(n)::int from few",
    gives: 45,
  },
  {
    what: "CREATE TABLE AS among other statements",
    on: "postgres2",
    run: [
      "create table first_one (id int primary key); create table second_one as select 1 as id; create table third_one (id int primary key); with w as (select 1 as a) select a into fourth_one from w; create table fifth_one (id int primary key)",
    ],
    see: "select (select count(*) from second_one)::int + (to_regclass('first_one') is not null)::int + (to_regclass('third_one') is not null)::int + (select count(*) from fourth_one)::int + (to_regclass('fifth_one') is not null)::int",
    gives: 5,
  },
  {
    what: "rows of a table without key",
    on: "postgres2",
    run: ["insert into numbers values (1000, 'n')"],
    see: "select max(n) from numbers",
    gives: 1000,
  },
  {
    what: "TRUNCATE of a table without key",
    on: "postgres2",
    run: ["truncate few"],
    see: "select count(*)::int from few",
    gives: 0,
  },
  {
    what: "UPDATE and DELETE after a table got its key",
    on: "postgres2",
    run: [
      "alter table numbers add primary key (n)",
      "update numbers set t = 'new' where n = 1",
      "delete from numbers where n = 2",
    ],
    see: "select count(*) filter (where t = 'new')::int + count(*)::int from numbers",
    gives: 101,
  },
  {
    what: "a key made of an index",
    on: "postgres1",
    run: [
      "create table by_index (a int not null, b int)",
      "create unique index by_index_a on by_index (a)",
      "alter table by_index replica identity using index by_index_a",
      "insert into by_index values (1, 1)",
      "update by_index set b = 2",
    ],
    see: "select b from by_index",
    gives: 2,
  },
  {
    what: "DROP TABLE",
    on: "postgres1",
    run: ["drop table numbers"],
    see: exists("numbers"),
    gives: false,
  },
  {
    what: "DROP TABLE of several, with CASCADE",
    on: "postgres1",
    run: ["create view over_shelf as select * from shelf", "drop table shelf, few cascade"],
    see: "select count(*)::int from pg_class where relname in ('shelf', 'few', 'over_shelf')",
    gives: 0,
  },
  {
    what: "DROP … IF EXISTS of what is not there",
    on: "postgres1",
    run: [
      "drop table if exists never_there",
      "create table if not exists made (id int primary key)",
    ],
    see: "select 1",
    gives: 1,
  },
];
