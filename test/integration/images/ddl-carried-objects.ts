import type { Carried } from "./ddl-cases.ts";

const exists = (name: string) => `select to_regclass('${name}') is not null`;

/** Other objects, and ways of sending changes. */
export const carriedObjects: readonly Carried[] = [
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
