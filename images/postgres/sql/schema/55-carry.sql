-- Schema changes reach every member, in the transaction that makes them and in its place among the rows: the event
-- triggers below queue each statement through pglogical, and the peers run it by synfleet.apply_ddl().
-- What cannot be carried is refused while it can still be undone, so that nothing stays on one member.
--
-- `session_replication_role = replica` switches the carrying off (superusers only): the apply workers run so, and so
-- does a superuser who has to mend the schema of one member by hand.

-- Runs with the rights of who makes the change, just before the trigger that carries it, and tells it who that is.
-- PostgreSQL runs event triggers in the order of their names, and nobody else's code can run between the two.
create or replace function synfleet.note_intent() returns event_trigger
language plpgsql as $$
begin
  perform pg_catalog.set_config('synfleet.intent', pg_catalog.jsonb_build_object(
    'role', current_user,
    'search_path', pg_catalog.current_setting('search_path'),
    'standard_conforming_strings', pg_catalog.current_setting('standard_conforming_strings'),
    'check_function_bodies', pg_catalog.current_setting('check_function_bodies'),
    'DateStyle', pg_catalog.current_setting('DateStyle'),
    'IntervalStyle', pg_catalog.current_setting('IntervalStyle'),
    'TimeZone', pg_catalog.current_setting('TimeZone'),
    'default_table_access_method', pg_catalog.current_setting('default_table_access_method'),
    'default_toast_compression', pg_catalog.current_setting('default_toast_compression'),
    'xmloption', pg_catalog.current_setting('xmloption'))::text, true);
end $$;

-- Which statement of the query string is running. They run in order, and each one that fires this trigger moves the mark.
create or replace function synfleet.current_statement(tag text, context text) returns text
language plpgsql set search_path = pg_catalog as $$
declare
  way_out constant text := 'Send the statement by itself, or through SELECT synfleet.ddl(''…''), which takes several statements.';
  sent text := current_query();
  -- The tag's words in order: CREATE TABLE fits CREATE UNLOGGED TABLE.
  pattern text := case tag when 'SELECT INTO' then '\mSELECT\M.*\mINTO\M' when 'CREATE TABLE AS' then '\mTABLE\M.*\mAS\M'
                           else '^' || replace(tag, ' ', '\M.*?\m') || '\M' end;
  nested text[];
  running text := md5(sent) || ' ' || statement_timestamp();
  mark text[] := string_to_array(current_setting('synfleet.statement_mark', true), '|');
  position int;
  found_statement text;
  total int;
begin
  if strpos(context, E'\n') > 0 then
    -- Inside a function or DO block: PL/pgSQL's context has the statement's own text.
    nested := regexp_match(context, E'^[^\\n]*\\nSQL statement "(.*?)"\\nPL/pgSQL function ');
    if nested is not null then
      select count(*), min(s.statement) filter (where s.outline ~ pattern) into total, found_statement from synfleet.statements(nested[1]) s;
      if total = 1 and found_statement is not null then return found_statement; end if;
    end if;
    perform synfleet.refuse(format('%s inside a function cannot be carried to the other members: its text cannot be told', tag), way_out);
  end if;
  select count(*), min(s.statement) filter (where s.outline ~ pattern) into total, found_statement from synfleet.statements(sent) s;
  if total = 1 then
    -- A statement of another kind made the change by a function in C.
    if found_statement is null then
      perform synfleet.refuse(format('%s inside a function cannot be carried to the other members: its text cannot be told', tag), way_out);
    end if;
    return found_statement;
  end if;
  position := case when mark[1] = running then mark[2]::int else 0 end;
  select numbered.n, numbered.statement into position, found_statement
  from (select row_number() over () as n, s.* from synfleet.statements(sent) s) numbered
  where numbered.n > position and numbered.outline ~ pattern
  order by numbered.n limit 1;
  if found_statement is null
     or exists (select from synfleet.statements(sent) s where s.outline ~ '^(SAVEPOINT|ROLLBACK|ABORT|RELEASE)\M') then
    perform synfleet.refuse(format('%s in this query string cannot be carried to the other members: which of its statements is running cannot be told', tag), way_out);
  end if;
  perform set_config('synfleet.statement_mark', running || '|' || position, false);
  return found_statement;
end $$;

create or replace function synfleet.note_drop() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform set_config('synfleet.dropped', (
    select coalesce(string_agg(distinct case when d.is_temporary then 'temporary'
      when d.schema_name in ('pglogical', 'synfleet') then 'own' else 'permanent' end, '+'), '')
    from pg_event_trigger_dropped_objects() d where d.original), true);
end $$;

-- At the end of a change: queue it for the peers, or let a local one pass, or refuse it.
create or replace function synfleet.carry_ddl() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
  context text;
  intent jsonb := current_setting('synfleet.intent', true)::jsonb;
  dropped text := coalesce(current_setting('synfleet.dropped', true), '');
  temporary boolean;
  permanent boolean;
  command text;
  made regclass;
begin
  get diagnostics context = pg_context;
  perform set_config('synfleet.dropped', '', true);
  if tg_tag in ('CREATE EXTENSION', 'ALTER EXTENSION') then
    perform set_config('synfleet.in_extension', '', true);
  elsif current_setting('synfleet.in_extension', true) = 'on' then
    dropped := '';
  end if;
  if tg_tag in ('REINDEX') then return; end if; -- a member's own business
  select bool_or(c.schema_name is not distinct from 'pg_temp'), bool_or(c.schema_name is distinct from 'pg_temp') into temporary, permanent
  from pg_event_trigger_ddl_commands() c
  where not c.in_extension and c.schema_name is distinct from 'pglogical' and c.schema_name is distinct from 'synfleet';
  temporary := coalesce(temporary, false) or dropped ~ 'temporary';
  permanent := coalesce(permanent, false) or dropped ~ 'permanent' or tg_tag in ('DROP OWNED', 'REASSIGN OWNED');
  if not permanent then return; end if; -- temporary, or nothing was changed (IF EXISTS, IF NOT EXISTS)
  if temporary and tg_tag like 'DROP %' then
    perform synfleet.refuse(tg_tag || ' of temporary and other objects together cannot be carried: the others do not have the temporary ones',
                            'Drop them by two statements.');
  end if;
  if tg_tag in ('CREATE TABLE AS', 'SELECT INTO') then
    select c.objid::regclass into made from pg_event_trigger_ddl_commands() c where c.classid = 'pg_class'::regclass limit 1;
    if strpos(context, E'\n') = 0 then perform synfleet.current_statement(tg_tag, context); end if; -- moves the mark on
    perform synfleet.queue_ddl(synfleet.bare_table_definition(made), intent);
    perform synfleet.send_rows(made);
    return;
  end if;
  command := synfleet.current_statement(tg_tag, context);
  if tg_tag = 'ALTER TABLE' then
    perform synfleet.refuse_unequal_alter(command, intent->>'role');
  end if;
  perform synfleet.queue_ddl(command, intent);
end $$;

create or replace function synfleet.queue_ddl(command text, intent jsonb) returns void
language sql set search_path = pg_catalog as $$
  insert into pglogical.queue (queued_at, role, replication_sets, message_type, message)
  values (clock_timestamp(), 'synfleet', '{ddl_sql}', 'Q',
          to_json(format('select synfleet.apply_ddl(%L, %L)', command, intent)))
$$;

-- CREATE TABLE AS would run its query on every member, over rows that differ by what is under way. So the empty table
-- is carried, and then its rows like any others.
create or replace function synfleet.bare_table_definition(made regclass) returns text
language sql stable set search_path = pg_catalog as $$
  select format('create %stable %s (%s)%s', case c.relpersistence when 'u' then 'unlogged ' else '' end, made,
    (select string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                              case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation else '' end), ', ' order by a.attnum)
     from pg_attribute a join pg_type t on t.oid = a.atttypid
     where a.attrelid = made and a.attnum > 0 and not a.attisdropped),
    coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''))
  from pg_class c where c.oid = made
$$;

create or replace function synfleet.send_rows(made regclass) returns void
language plpgsql set search_path = pg_catalog set session_replication_role = replica as $$
begin
  perform synfleet.settle_tables();
  execute format('with taken as (delete from %s returning *) insert into %s select * from taken', made, made);
end $$;
