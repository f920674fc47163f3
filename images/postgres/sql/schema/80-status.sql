-- What the manager reads once a second, in one round trip.

-- Of the volume, as `room` last saw it: PostgreSQL itself cannot tell.
create or replace function synfleet.room() returns jsonb
language sql volatile security definer set search_path = pg_catalog as $$
  select pg_read_file('/run/synfleet/room', true)::jsonb
$$;

create or replace function synfleet.status() returns jsonb
language sql stable security definer set search_path = pg_catalog as $$
  select jsonb_build_object(
    'member', m.name, 'number', m.number, 'joined', m.joined,
    'system_identifier', coalesce(m.identity, (select system_identifier::text from pg_control_system())),
    'copied_from', m.copied_from, 'copy', case when not m.joined and m.copied_from is null then synfleet.copy_status() end,
    'server_version', split_part(current_setting('server_version'), ' ', 1),
    'postmaster_started_at', pg_postmaster_start_time(),
    'now', clock_timestamp(),
    'wal_lsn', pg_current_wal_insert_lsn(),
    'admitted', v.admitted, 'reason', v.reason, 'admission_changed_at', a.changed_at, 'ever_admitted', a.ever_admitted,
    'has_user_tables', exists (select from synfleet.application_table),
    'room', synfleet.room(),
    'pending_restart', coalesce((select jsonb_agg(name order by name) from pg_settings where pending_restart), '[]'),
    'subscriptions', coalesce((
      select jsonb_agg(jsonb_build_object('peer', n.node_name, 'name', s.sub_name, 'status', coalesce(w.status, 'unknown'), 'enabled', s.sub_enabled,
               'slot_name', s.sub_slot_name, 'heartbeat_age_seconds', round(extract(epoch from clock_timestamp() - h.at), 3),
               'received_lsn', o.remote_lsn) order by n.node_name)
      from pglogical.subscription s join pglogical.node n on n.node_id = s.sub_origin
      left join pglogical.show_subscription_status() w on w.subscription_name = s.sub_name
      left join synfleet.heard h on h.peer = n.node_name
      left join pg_replication_origin_status o on o.external_id = s.sub_slot_name), '[]'),
    'slots', coalesce((
      select jsonb_agg(jsonb_build_object('peer', r.peer, 'slot_name', s.slot_name, 'active', s.active, 'confirmed_flush_lsn', s.confirmed_flush_lsn,
               'restart_lsn', s.restart_lsn, 'lag_bytes', greatest(0, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), s.confirmed_flush_lsn)),
               'retained_bytes', greatest(0, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), s.restart_lsn)), 'wal_status', s.wal_status) order by r.peer, s.slot_name)
      from pg_replication_slots s left join synfleet.reader r using (slot_name)
      where s.plugin = 'pglogical_output' and s.database = current_database()), '[]'),
    'conflicts_total', c.total,
    'conflicts_last_minute', (select count(*) from synfleet.conflict x where x.recorded_at > now() - interval '1 minute'),
    'sequences_repaired_total', coalesce((select sum(repaired) from synfleet.sequence), 0),
    'tables', (select jsonb_build_object(
        'default', count(*) filter (where r.set_name = 'default'),
        'insert_only', count(*) filter (where r.set_name = 'default_insert_only'),
        'outside', count(*) filter (where r.set_name is null))
      from synfleet.application_table t
      left join pglogical.replication_set_table st on st.set_reloid = t.relation
      left join pglogical.replication_set r using (set_id)),
    'connections', jsonb_build_object(
      'used', (select count(*) from pg_stat_activity where backend_type = 'client backend'),
      'max', current_setting('max_connections')::int))
  from synfleet.member m, synfleet.verdict() v, synfleet.admission a, synfleet.conflict_reader c
$$;

create or replace function synfleet.tick() returns jsonb
language plpgsql set search_path = pg_catalog as $$
begin
  perform synfleet.beat();
  perform synfleet.learn_readers();
  perform synfleet.collect_conflicts();
  -- Cheap for a few sequences; with thousands, a little later each.
  if (select count(*) from synfleet.sequence) < 200 or extract(second from clock_timestamp())::int % 15 = 0 then
    perform synfleet.align_sequences();
  end if;
  return synfleet.status();
end $$;
