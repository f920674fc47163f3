-- The mesh: one pglogical node a member, one subscription to every peer. The manager calls these; each may be called again.

-- How members reach each other: by name, verified both ways, no password.
create or replace function synfleet.peer_dsn(peer text) returns text
language sql stable set search_path = pg_catalog as $$
  select format('host=%s port=5432 dbname=%s user=synfleet_replicator sslmode=verify-full sslrootcert=/etc/synfleet/tls/ca.crt '
                'sslcert=/etc/synfleet/tls/node.crt sslkey=/etc/synfleet/tls/node.key sslnegotiation=direct connect_timeout=3 '
                'keepalives_idle=5 keepalives_interval=2 keepalives_count=3 tcp_user_timeout=10000', peer, m.database)
  from synfleet.member m
$$;

-- pglogical makes the slot's name of database, provider and subscription: the subscriber must be part of the last.
create or replace function synfleet.subscription_name(peer text) returns name
language sql stable set search_path = pg_catalog as $$
  select (m.name || '_from_' || peer)::name from synfleet.member m
$$;

create or replace function synfleet.join(member text, number int, dsn text default null) returns void
language plpgsql set search_path = pg_catalog as $$
declare
  me synfleet.member;
  node name;
begin
  select * into strict me from synfleet.member;
  if (me.name, me.number) is distinct from ($1, $2) then
    raise exception 'this is member % number %, not % number %', me.name, me.number, $1, $2
      using hint = 'The manager of a member must be given that member''s name and number.';
  end if;
  if me.copied_from is null and not me.joined and synfleet.copy_status() is not null then
    raise exception 'the rows of another member are being copied, and will take the place of this empty database';
  end if;
  select n.node_name into node from pglogical.local_node l join pglogical.node n on n.node_id = l.node_id;
  if node is null then
    perform pglogical.create_node(me.name::name, coalesce($3, synfleet.peer_dsn(me.name)));
  elsif node <> me.name then
    raise exception 'the pglogical node here is called %, and the member %', node, me.name
      using hint = 'A member keeps its name for life.';
  end if;
  perform synfleet.settle_tables();
  perform synfleet.align_sequences();
  update synfleet.member set joined = true where not joined;
end $$;

create or replace function synfleet.subscribe(peer text, dsn text default null) returns text
language plpgsql set search_path = pg_catalog as $$
declare
  wanted_name name := synfleet.subscription_name(peer);
  wanted_dsn text := coalesce(dsn, synfleet.peer_dsn(peer));
  present record;
  interface name;
begin
  if not (select joined from synfleet.member) then
    raise exception 'this member has not joined' using hint = 'Call synfleet.join first.';
  end if;
  select s.sub_enabled, i.if_dsn, n.node_name into present
  from pglogical.subscription s
  join pglogical.node_interface i on i.if_id = s.sub_origin_if
  join pglogical.node n on n.node_id = s.sub_origin
  where s.sub_name = wanted_name;
  if not found then
    perform pglogical.create_subscription(wanted_name, wanted_dsn, array['default', 'default_insert_only', 'ddl_sql'],
                                          synchronize_structure := false, synchronize_data := false, forward_origins := '{}');
    -- The slot and how far it was read were copied: the worker must go on there, not begin at the peer's present.
    if exists (select from synfleet.copied c where c.peer = subscribe.peer) then
      update pglogical.local_sync_status set sync_status = 'r'
      where sync_subid = (select sub_id from pglogical.subscription where sub_name = wanted_name);
      delete from synfleet.copied c where c.peer = subscribe.peer;
      return 'continued';
    end if;
    return 'created';
  end if;
  if present.if_dsn <> wanted_dsn then
    interface := 'dsn_' || substr(md5(wanted_dsn), 1, 12);
    if not exists (select from pglogical.node_interface where if_name = interface) then
      perform pglogical.alter_node_add_interface(present.node_name, interface, wanted_dsn);
    end if;
    perform pglogical.alter_subscription_interface(wanted_name, interface);
    return 'altered';
  end if;
  if not present.sub_enabled then
    perform pglogical.alter_subscription_enable(wanted_name);
    return 'enabled';
  end if;
  return 'unchanged';
end $$;

create or replace function synfleet.unsubscribe(peer text) returns boolean
language plpgsql set search_path = pg_catalog as $$
begin
  delete from synfleet.heard h where h.peer = unsubscribe.peer;
  delete from synfleet.copied c where c.peer = unsubscribe.peer;
  return pglogical.drop_subscription(synfleet.subscription_name(peer), ifexists := true)::int::boolean;
end $$;

-- On a provider: what a member that is gone for good has left behind. Its slot would keep WAL for ever.
create or replace function synfleet.drop_slot_of(peer text) returns int
language plpgsql set search_path = pg_catalog as $$
declare
  dropped int := 0;
  slot name;
begin
  for slot in select r.slot_name from synfleet.reader r join pg_replication_slots s using (slot_name)
              where r.peer = drop_slot_of.peer and not s.active loop
    perform pg_drop_replication_slot(slot);
    delete from synfleet.reader where slot_name = slot;
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

-- Ends the worker of a subscription; pglogical's manager starts a new one within seconds.
create or replace function synfleet.restart(peer text) returns boolean
language sql set search_path = pg_catalog as $$
  select coalesce(bool_or(pg_terminate_backend(a.pid)), false)
  from pglogical.subscription s
  join pg_stat_activity a on a.application_name like 'pglogical apply %:' || s.sub_id
  where s.sub_name = synfleet.subscription_name(peer)
$$;

-- Which peer reads which slot, learnt from the certificate of the connection that reads it.
create table if not exists synfleet.reader (slot_name name primary key, peer text not null);

create or replace function synfleet.learn_readers() returns void
language sql set search_path = pg_catalog as $$
  insert into synfleet.reader (slot_name, peer)
  select s.slot_name, substring(l.client_dn from 'CN=([^,/]+)')
  from pg_replication_slots s join pg_stat_ssl l on l.pid = s.active_pid
  where s.plugin = 'pglogical_output' and l.client_dn ~ 'CN='
    and not exists (select from synfleet.reader r where r.slot_name = s.slot_name)
  on conflict do nothing;
$$;

-- When a peer was last heard of, by its own clock. The sign of life travels the way that rows travel, in pglogical's
-- queue: no row of a replicated table is touched, so it cannot conflict.
create table if not exists synfleet.heard (peer text primary key, at timestamptz not null);

create or replace function synfleet.hear(peer text, at timestamptz) returns void
language sql set search_path = pg_catalog as $$
  insert into synfleet.heard values (peer, at) on conflict on constraint heard_pkey do update set at = excluded.at
$$;

create or replace function synfleet.beat() returns void
language plpgsql set search_path = pg_catalog as $$
declare
  me synfleet.member;
begin
  select * into strict me from synfleet.member;
  if not me.joined then return; end if;
  insert into pglogical.queue (queued_at, role, replication_sets, message_type, message)
  values (clock_timestamp(), 'synfleet', '{ddl_sql}', 'Q',
          to_json(format('select synfleet.hear(%L, %L)', me.name, clock_timestamp())));
  -- What the peers read is the log; the rows themselves have done their work.
  delete from pglogical.queue where queued_at < now() - interval '1 day'
     or message_type = 'Q' and message::text like '"select synfleet.hear(%';
end $$;

-- All that a peer's subscription needs here besides the REPLICATION attribute: to read
-- what pglogical knows.
grant select on all tables in schema pglogical to synfleet_replicator;

-- Whoever drops a table makes pglogical look up who depends on it, which needs the schema. Its functions do as they are
-- told by anybody who may call them, so nobody but superusers may.
grant usage on schema pglogical to public;
revoke execute on all functions in schema pglogical from public;
grant execute on function pglogical.pglogical_node_info() to synfleet_replicator;
select format('alter function %s security definer', oid::regprocedure)
from pg_proc where pronamespace = 'pglogical'::regnamespace and prorettype = 'trigger'::regtype and not prosecdef
\gexec
