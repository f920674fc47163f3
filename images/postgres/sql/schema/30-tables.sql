-- Every table replicates, without a step by hand: with a key in the set `default`; without one in `default_insert_only`,
-- and UPDATE and DELETE on it are refused, because nobody could tell on the other members which row is meant.

create or replace function synfleet.refuse_without_key() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
  raise exception '% on table %.% cannot be replicated: the table has no primary key', tg_op, quote_ident(tg_table_schema), quote_ident(tg_table_name)
    using errcode = 'object_not_in_prerequisite_state',
          hint = format('Give it one: ALTER TABLE %I.%I ADD PRIMARY KEY (…). INSERT and TRUNCATE work without.', tg_table_schema, tg_table_name);
end $$;

-- Tables of the application, and whether their rows can be told apart. Left out: temporary and unlogged ones (they are
-- local by nature), partitioned parents (their partitions hold the rows), tables that an extension made and fills.
create or replace view synfleet.application_table as
  select c.oid::regclass as relation, n.nspname as schema, c.relname as name,
         (c.relreplident in ('d', 'f') and exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisprimary and i.indisvalid and i.indimmediate))
         or (c.relreplident = 'i' and exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisreplident and i.indisvalid)) as keyed
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and c.relpersistence = 'p'
    and n.nspname not in ('pg_catalog', 'information_schema', 'pglogical', 'pglogical_origin', 'synfleet') and n.nspname !~ '^pg_(toast|temp)'
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');

-- Puts tables into the set they belong to; returns how many were moved.
create or replace function synfleet.settle_tables() returns int
language plpgsql security definer set search_path = pg_catalog set session_replication_role = replica as $$
declare
  moved int := 0;
  t record;
  guarded boolean;
begin
  if not exists (select from pglogical.local_node) then return 0; end if;
  for t in
    select a.*, case when a.keyed then 'default' else 'default_insert_only' end as wanted, m.actual
    from synfleet.application_table a
    left join lateral (
      select array_agg(s.set_name) as actual
      from pglogical.replication_set_table st join pglogical.replication_set s using (set_id)
      join pglogical.local_node l on l.node_id = s.set_nodeid
      where st.set_reloid = a.relation) m on true
    where m.actual is distinct from array[case when a.keyed then 'default' else 'default_insert_only' end]::name[]
  loop
    for i in 1 .. coalesce(array_length(t.actual, 1), 0) loop
      perform pglogical.replication_set_remove_table(t.actual[i], t.relation);
    end loop;
    perform pglogical.replication_set_add_table(t.wanted, t.relation, synchronize_data := false);
    -- As pglogical leaves it, DROP TABLE would need CASCADE; the membership shall go with its table.
    update pglogical.depend set deptype = 'a' where refclassid = 'pg_class'::regclass and refobjid = t.relation and deptype = 'n';
    guarded := exists (select from pg_trigger where tgrelid = t.relation and tgname = 'synfleet_refuse_without_key');
    if t.keyed and guarded then
      execute format('drop trigger synfleet_refuse_without_key on %s', t.relation);
    elsif not t.keyed and not guarded then
      execute format('create trigger synfleet_refuse_without_key before update or delete on %s for each row execute function synfleet.refuse_without_key()', t.relation);
    end if;
    moved := moved + 1;
  end loop;
  return moved;
end $$;
