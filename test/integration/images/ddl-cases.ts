/** What becomes of schema changes: each case runs on one member, and is looked at from all. */
import type { Member } from "./mesh.ts";

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

export { carriedObjects } from "./ddl-carried-objects.ts";
export { carriedTables } from "./ddl-carried-tables.ts";

const exists = (name: string) => `select to_regclass('${name}') is not null`;

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
