-- The copy: how an empty member gets the rows of a cluster that was written to before it came (ADR 73). The program `copy`
-- of the empty member calls the functions here on the others, by the certificate of its own name.

-- Where the copied member goes on reading: subscriptions that are made over slots that wait already.
create table if not exists synfleet.copied (peer text primary key, slot_name name not null);

create or replace function synfleet.slot_of(reader text) returns name
language sql stable set search_path = pg_catalog as $$
  select pglogical.pglogical_gen_slot_name(current_database(), m.name::name, (reader || '_from_' || m.name)::name) from synfleet.member m
$$;

-- On a peer: forgets what the caller was before (its rows that are not here yet are lost with its volume), and gives the
-- name of the slot that it shall make. Whose slot that is, is written down first: if the caller never comes back, whoever
-- removes it from the cluster removes its slot too.
create or replace function synfleet.expect_copy() returns name
language plpgsql security definer set search_path = pg_catalog as $$
declare
  caller text := (select substring(client_dn from 'CN=([^,/]+)') from pg_stat_ssl where pid = pg_backend_pid());
  slot name := synfleet.slot_of(caller);
begin
  if caller is null or caller = (select name from synfleet.member) then
    raise exception 'only another member may ask for this, by its certificate';
  end if;
  if exists (select from pg_replication_slots s left join synfleet.reader r using (slot_name)
             where (s.slot_name = slot or r.peer = caller) and s.active) then
    raise exception '% reads from here at this moment', caller
      using hint = 'A member that is copied is empty. If another container has its name, stop it.';
  end if;
  perform synfleet.unsubscribe(caller);
  perform synfleet.drop_slot_of(caller);
  perform pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = slot;
  insert into synfleet.reader (slot_name, peer) values (slot, caller) on conflict (slot_name) do update set peer = excluded.peer;
  return slot;
end $$;

-- On the donor: how far it has applied each of the others.
create or replace function synfleet.applied(peer text) returns pg_lsn
language sql stable security definer set search_path = pg_catalog as $$
  select o.remote_lsn from pglogical.subscription s join pglogical.node n on n.node_id = s.sub_origin
  join pg_replication_origin_status o on o.external_id = s.sub_slot_name
  where n.node_name = applied.peer
$$;

-- How far each sequence has come here: by itself, and by the keys in the columns that it fills, which came from all members.
create or replace function synfleet.reached_keys() returns table (sequence text, highest numeric, lowest numeric)
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  s record;
  high numeric;
  low numeric;
begin
  for s in
    select a.relation, c.attrelid::regclass as filled, c.attname
    from synfleet.application_sequence a
    left join lateral (
      select t.attrelid, t.attname from pg_depend d join pg_attribute t on t.attrelid = d.refobjid and t.attnum = d.refobjsubid
      where d.classid = 'pg_class'::regclass and d.objid = a.relation and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
        and t.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
      union
      select t.attrelid, t.attname from pg_depend d join pg_attrdef f on f.oid = d.objid
      join pg_attribute t on t.attrelid = f.adrelid and t.attnum = f.adnum
      where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = a.relation
        and t.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)) c on true
  loop
    sequence := s.relation::text;
    highest := pg_sequence_last_value(s.relation);
    lowest := highest;
    if s.filled is not null then
      execute format('select max(%I), min(%I) from %s', s.attname, s.attname, s.filled) into high, low;
      highest := greatest(highest, high);
      lowest := least(lowest, low);
    end if;
    return next;
  end loop;
end $$;

-- On the empty member: what its manager wants copied, and how the program answers. Files, as they outlive the server's
-- restart and mean nothing to a server that has rows.
create or replace function synfleet.request_copy(donor text, peers text[]) returns void
language plpgsql set search_path = pg_catalog as $$
begin
  if (select joined or copied_from is not null from synfleet.member) or exists (select from synfleet.application_table) then
    raise exception 'this member holds data, which is not overwritten'
      using hint = 'Only an empty member that never joined is copied. To give up what this one has, remove its container and its volume.';
  end if;
  -- The last line tells a whole file from half of one.
  execute format('copy (select unnest(array[%L, %L, %L])) to ''/var/lib/synfleet/copy/request''',
                 'donor=' || donor, 'peers=' || array_to_string(peers, ','), 'end');
end $$;

create or replace function synfleet.copy_status() returns jsonb
language sql stable security definer set search_path = pg_catalog as $$
  select jsonb_build_object(
    'donor', substring(r.request from 'donor=([^\n]*)'),
    'peers', string_to_array(nullif(substring(r.request from 'peers=([^\n]*)'), ''), ','),
    'state', nullif(btrim(pg_read_file('/var/lib/synfleet/copy/state', true), E'\n'), ''))
  from (select pg_read_file('/var/lib/synfleet/copy/request', true) as request) r
  where r.request is not null
$$;
