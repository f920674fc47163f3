-- Schema changes that cannot be carried to the other members: refused while they can still be undone, with the way out.

create or replace function synfleet.refuse(problem text, way_out text) returns void
language plpgsql set search_path = pg_catalog as $$
begin
  raise exception '%', problem using errcode = 'feature_not_supported', hint = way_out;
end $$;

-- At the start: what commits in pieces could not be undone at the end.
create or replace function synfleet.guard_ddl() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
  context text;
  query text := current_query();
begin
  get diagnostics context = pg_context;
  if not (select ever_admitted from synfleet.admission) then
    perform synfleet.refuse('this member is not part of an initialised cluster yet, so schema changes cannot be carried',
                            'Wait until the initialiser has ended; `ready` in this container tells what is missing.');
  end if;
  if tg_tag in ('CREATE INDEX', 'DROP INDEX', 'ALTER TABLE') and strpos(context, E'\n') = 0
     and query ~* '\mconcurrently\M' and exists (select from synfleet.statements(query) s where s.outline ~ '\mCONCURRENTLY\M') then
    perform synfleet.refuse(tg_tag || ' … CONCURRENTLY cannot be carried to the other members: it commits in pieces',
                            'Leave CONCURRENTLY out.');
  end if;
  if tg_tag in ('CREATE EXTENSION', 'ALTER EXTENSION') then
    perform set_config('synfleet.in_extension', 'on', true); -- its script may drop what an earlier part of it made
  end if;
  if tg_tag like '% SUBSCRIPTION' then
    perform synfleet.refuse(tg_tag || ' cannot be carried: every member would subscribe on its own, and rows would arrive several times',
                            'Subscribe in a database outside the cluster, and write into the cluster from there.');
  end if;
end $$;

-- A new column whose default differs from call to call (now(), gen_random_uuid(), nextval()) would get other values
-- for the rows that are there on each member.
create or replace function synfleet.refuse_unequal_values(relation regclass, what text) returns void
language plpgsql set search_path = pg_catalog as $$
begin
  perform synfleet.refuse(
    format('%s would get different values on each member for the rows that are in %s already', what, relation),
    'Add the column without a default, fill it by UPDATE (which is replicated row by row), then ALTER COLUMN … SET DEFAULT.');
end $$;

create or replace function synfleet.guard_rewrite() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
  relation regclass := pg_event_trigger_table_rewrite_oid();
begin
  if pg_event_trigger_table_rewrite_reason() & 2 = 0 or relation in (select c.oid from pg_class c where c.relpersistence = 't') then return; end if;
  -- By its size: in the middle of the change the table cannot be read.
  if pg_relation_size(relation) > 0 then perform synfleet.refuse_unequal_values(relation, 'the new column'); end if;
end $$;

create or replace function synfleet.refuse_unequal_alter(command text, who text) returns void
language plpgsql set search_path = pg_catalog as $$
declare
  relation regclass;
  column_name name;
  filled boolean;
begin
  if not (select rolsuper from pg_roles where rolname = who)
     and exists (select from synfleet.statements(command) s where s.outline ~ '\mENABLE (ALWAYS|REPLICA) (TRIGGER|RULE)\M') then
    perform synfleet.refuse('ENABLE ALWAYS and ENABLE REPLICA are not allowed: such a trigger would run with the rights of replication on the other members',
                            'Leave the trigger as it is: it runs where the row is written, and what it changes is replicated.');
  end if;
  if command !~* '\madd\M' then return; end if;
  for relation, column_name in
    select a.attrelid::regclass, a.attname
    from pg_event_trigger_ddl_commands() c
    join pg_attribute a on a.attrelid = c.objid and a.atthasmissing and pg_xact_status(synfleet.full_xid(a.xmin)) = 'in progress'
    join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.classid = 'pg_class'::regclass and synfleet.is_mutable(d.adbin::text)
  loop
    execute format('select exists (select from only %s)', relation) into filled;
    if filled then perform synfleet.refuse_unequal_values(relation, format('column %I', column_name)); end if;
  end loop;
end $$;

-- The expression calls something whose value changes with time.
create or replace function synfleet.is_mutable(expression text) returns boolean
language sql stable set search_path = pg_catalog as $$
  select expression ~ ':?\{(SQLVALUEFUNCTION|NEXTVALUEEXPR)' or exists (
    select from regexp_matches(expression, ':(?:func|opfunc)id (\d+)', 'g') as f(id) join pg_proc p on p.oid = f.id[1]::oid
    where p.provolatile <> 'i' and p.proname not in ('to_tsvector', 'text', 'timestamptz', 'date'))
$$;

create or replace function synfleet.full_xid(id xid) returns xid8
language sql stable set search_path = pg_catalog as $$
  select ((((pg_current_xact_id()::text::bigint >> 32) - (id::text::bigint > (pg_current_xact_id()::text::bigint & 4294967295))::int) << 32) + id::text::bigint)::text::xid8
$$;
