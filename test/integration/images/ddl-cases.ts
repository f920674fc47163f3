/** What becomes of schema changes: each case runs on one member, and is looked at from all. */
import type { Member } from "./support.ts";

interface Case {
  readonly what: string;
  readonly on: Member;
  /** Query strings, sent one by one over one connection. */
  readonly run: readonly string[];
}
export interface Carried extends Case {
  /** Asked on every member; must come to give this. */
  readonly see: string;
  readonly gives: unknown;
}
export interface Refused extends Case {
  readonly message: RegExp;
  /** The way out. */
  readonly hint: RegExp;
  /** Asked on every member; must go on to give this. */
  readonly see?: string;
  readonly gives?: unknown;
}

const exists = (name: string) => `select to_regclass('${name}') is not null`;

/** `see` selects one value. */
export const carried: readonly Carried[] = [
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
      "create table first_one (id int primary key); create table second_one as select 1 as id; create table third_one (id int primary key)",
    ],
    see: "select (select count(*) from second_one)::int + (to_regclass('first_one') is not null)::int + (to_regclass('third_one') is not null)::int",
    gives: 3,
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
  {
    what: "search_path of the session",
    on: "postgres2",
    run: [
      "create schema library",
      "set search_path = library",
      "create table item (id int primary key)",
      "insert into item values (5)",
      "reset search_path",
    ],
    see: "select id from library.item",
    gives: 5,
  },
  {
    what: "DROP SCHEMA CASCADE",
    on: "postgres3",
    run: ["drop schema library cascade"],
    see: exists("library.item"),
    gives: false,
  },
  {
    what: "types, views, functions, procedures",
    on: "postgres2",
    run: [
      "create type mood as enum ('a', 'b'); alter type mood add value 'c'; create domain short as varchar(3); create view titles as select title from book; create function twice(i int) returns int language sql return i * 2; create procedure several() begin atomic select 1; select case when true then 2 end; end; create sequence counter",
    ],
    see: "select count(*)::int from (select proname::text from pg_proc where proname in ('twice', 'several') union all select typname from pg_type where typname in ('mood', 'short') union all select relname from pg_class where relname in ('titles', 'counter')) x",
    gives: 6,
  },
  {
    what: "triggers, grants, default privileges, rules, statistics",
    on: "postgres3",
    run: [
      "create function stamp() returns trigger language plpgsql as $$ begin new.title := new.title || '!'; return new; end $$",
      "create trigger stamp before insert on book for each row execute function stamp()",
      "grant select on book to public",
      "alter default privileges grant select on tables to public",
      "create statistics book_stats on id, pages from book",
      "insert into book (title) values ('two')",
    ],
    see: "select string_agg(title, ',' order by title) || has_table_privilege('synfleet_check', 'book', 'select') from book",
    gives: "one,two!true",
  },
  {
    what: "a trusted extension",
    on: "postgres1",
    run: [
      "create extension hstore",
      "create table tagged (id int primary key, tags hstore)",
      "insert into tagged values (1, 'a=>1')",
    ],
    see: "select tags -> 'a' from tagged",
    gives: "1",
  },
  {
    what: "pgvector",
    on: "postgres1",
    run: [
      "create table place (id int primary key, e vector(3))",
      "create index on place using hnsw (e vector_l2_ops)",
      "insert into place values (1, '[1,2,3]'), (2, '[4,5,6]'), (3, '[9,9,9]')",
    ],
    see: "select string_agg(id::text, ',' order by e <-> '[4,5,5]') from place",
    gives: "2,1,3",
  },
  {
    what: "a materialized view and its refresh",
    on: "postgres2",
    run: [
      "create materialized view pages as select sum(pages) as n from book",
      "insert into book (title, pages) values ('three', 1)",
      "refresh materialized view pages",
    ],
    see: "select n::int from pages",
    gives: 201,
  },
  {
    what: "partitions, made before and after rows",
    on: "postgres2",
    run: [
      "create table event (id int, day date, primary key (id, day)) partition by range (day)",
      "create table event_1 partition of event for values from ('2024-01-01') to ('2025-01-01')",
      "insert into event values (1, '2024-05-01')",
      "create table event_2 partition of event for values from ('2025-01-01') to ('2026-01-01')",
      "insert into event values (2, '2025-05-01')",
      "update event set day = '2025-06-01' where id = 1",
    ],
    see: "select count(*)::int from event_2",
    gives: 2,
  },
  {
    what: "a new column with a fixed default, over rows",
    on: "postgres3",
    run: ["alter table book add column language text not null default 'en'"],
    see: "select string_agg(distinct language, ',') from book",
    gives: "en",
  },
  {
    what: "a new column with a changing default, while there are no rows",
    on: "postgres3",
    run: [
      "create table fresh (id int primary key)",
      "alter table fresh add column at timestamptz default now()",
      "alter table fresh add column token uuid default gen_random_uuid()",
    ],
    see: "select count(*)::int from information_schema.columns where table_name = 'fresh'",
    gives: 3,
  },
  {
    what: "a savepoint rolled back",
    on: "postgres1",
    run: [
      "begin",
      "savepoint s",
      "create table undone (id int primary key)",
      "rollback to s",
      "create table done (id int primary key)",
      "commit",
    ],
    see: "select (to_regclass('undone') is null) and (to_regclass('done') is not null)",
    gives: true,
  },
  {
    what: "a transaction rolled back",
    on: "postgres1",
    run: ["begin", "create table undone (id int primary key)", "rollback"],
    see: exists("undone"),
    gives: false,
  },
  {
    what: "synfleet.ddl",
    on: "postgres1",
    run: [
      "select synfleet.ddl('create table by_ddl (id int primary key); insert into by_ddl values (1); alter table by_ddl add v text default ''q''')",
    ],
    see: "select v from by_ddl",
    gives: "q",
  },
  {
    what: "RENAME, and rows under the new names",
    on: "postgres2",
    run: [
      "alter table by_ddl rename to renamed",
      "alter table renamed rename v to w",
      "insert into renamed values (2, 'r')",
    ],
    see: "select string_agg(w, '' order by id) from renamed",
    gives: "qr",
  },
];

export const refused: readonly Refused[] = [
  {
    what: "UPDATE without a key",
    on: "postgres2",
    run: [
      "create table keyless (t text)",
      "insert into keyless values ('a')",
      "update keyless set t = 'b'",
    ],
    message: /no primary key/,
    hint: /ADD PRIMARY KEY/,
    see: "select t from keyless",
    gives: "a",
  },
  {
    what: "DELETE without a key",
    on: "postgres1",
    run: ["delete from keyless"],
    message: /no primary key/,
    hint: /ADD PRIMARY KEY/,
    see: "select count(*)::int from keyless",
    gives: 1,
  },
  {
    what: "a changing default over rows",
    on: "postgres1",
    run: ["alter table book add column token uuid default gen_random_uuid()"],
    message: /different values on each member/,
    hint: /UPDATE/,
  },
  {
    what: "a default of now() over rows",
    on: "postgres1",
    run: ["alter table book add column at timestamptz not null default now()"],
    message: /different values on each member/,
    hint: /UPDATE/,
    see: "select count(*)::int from information_schema.columns where table_name = 'book' and column_name in ('at', 'token')",
    gives: 0,
  },
  {
    what: "an identity over rows",
    on: "postgres1",
    run: ["alter table keyless add column id bigint generated always as identity primary key"],
    message: /different values on each member/,
    hint: /UPDATE/,
  },
  {
    what: "CREATE INDEX CONCURRENTLY",
    on: "postgres1",
    run: ["create index concurrently book_title on book (title)"],
    message: /CONCURRENTLY cannot be carried/,
    hint: /Leave CONCURRENTLY out/,
    see: exists("book_title"),
    gives: false,
  },
  {
    what: "DROP INDEX CONCURRENTLY",
    on: "postgres1",
    run: ["drop index concurrently by_index_a"],
    message: /CONCURRENTLY cannot be carried/,
    hint: /Leave CONCURRENTLY out/,
    see: exists("by_index_a"),
    gives: true,
  },
  {
    what: "a change within an SQL function",
    on: "postgres1",
    run: [
      "create function hidden() returns void language sql as 'create table hidden_table (id int)'",
      "select hidden()",
    ],
    message: /inside a function cannot be carried/,
    hint: /synfleet\.ddl/,
    see: exists("hidden_table"),
    gives: false,
  },
  {
    what: "several changes in one EXECUTE",
    on: "postgres1",
    run: ["do $$ begin execute 'create table e1 (id int); create table e2 (id int)'; end $$"],
    message: /inside a function cannot be carried/,
    hint: /synfleet\.ddl/,
    see: exists("e1"),
    gives: false,
  },
  {
    what: "savepoints within a query string",
    on: "postgres1",
    run: [
      "begin; savepoint s; create table sp1 (id int); rollback to s; create table sp2 (id int); commit",
    ],
    message: /which of its statements is running cannot be told/,
    hint: /synfleet\.ddl/,
    see: exists("sp2"),
    gives: false,
  },
  {
    what: "ENABLE ALWAYS TRIGGER by the application",
    on: "postgres1",
    run: ["alter table book enable always trigger stamp"],
    message: /not allowed/,
    hint: /runs where the row is written/,
  },
  {
    what: "temporary and other tables in one DROP",
    on: "postgres1",
    run: ["create temporary table only_here (id int)", "drop table only_here, made"],
    message: /temporary and other objects together/,
    hint: /two statements/,
    see: exists("made"),
    gives: true,
  },
  {
    what: "transaction control in synfleet.ddl",
    on: "postgres1",
    run: ["select synfleet.ddl('commit; create table c1 (id int)')"],
    message: /takes no COMMIT/,
    hint: /Leave it out/,
  },
];

/** Local by nature: they pass, and nothing of them is seen elsewhere. */
export const local: readonly Case[] = [
  {
    what: "temporary tables",
    on: "postgres1",
    run: [
      "create temporary table scratch (id serial primary key, t text)",
      "alter table scratch add x int",
      "create index on scratch (x)",
      "insert into scratch (t) values ('a')",
      "update scratch set t = 'b'",
      "create temporary table scratch2 as select * from scratch",
      "drop table scratch, scratch2",
      "select 1 as a into temporary scratch3",
      "drop table scratch3",
    ],
  },
  {
    what: "REINDEX, ANALYZE, VACUUM",
    on: "postgres1",
    run: ["reindex table book", "analyze book", "vacuum book"],
  },
];
