-- Admission: whether the balancer may send clients to this member.

create or replace function synfleet.verdict(out admitted boolean, out reason text)
language sql stable security definer set search_path = pg_catalog as $$
  select a.admitted and a.server_started_at = pg_postmaster_start_time(),
         case when a.server_started_at = pg_postmaster_start_time() then a.reason
              when a.ever_admitted then 'the server was started and has not been seen caught up since'
              else 'this cluster has not been initialised yet' end
  from synfleet.admission a
$$;

create or replace function synfleet.check() returns text
language sql stable security definer set search_path = pg_catalog as $$
  select case when v.admitted then 'synfleet: admitted' else 'synfleet: withdrawn: ' || v.reason end from synfleet.verdict() v
$$;

-- Until the cluster is initialised, what an application wrote here would stay here: it may not log in.
create or replace function synfleet.guard_login() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
  if session_user = (select application_user from synfleet.member) and not (select ever_admitted from synfleet.admission) then
    raise exception 'this cluster has not been initialised yet' using errcode = 'cannot_connect_now',
      hint = 'Wait until the initialiser has ended; until then rows written here would not reach the other members.';
  end if;
end $$;

create or replace function synfleet.admit(reason text) returns void
language plpgsql set search_path = pg_catalog as $$
begin
  if not (select ever_admitted from synfleet.admission) then
    alter event trigger synfleet_login disable;
  end if;
  update synfleet.admission a set admitted = true, reason = admit.reason, server_started_at = pg_postmaster_start_time(),
         changed_at = case when a.admitted and a.server_started_at = pg_postmaster_start_time() then a.changed_at else clock_timestamp() end,
         ever_admitted = true
  where (a.admitted, a.server_started_at, a.reason) is distinct from (true, pg_postmaster_start_time(), admit.reason);
end $$;

create or replace function synfleet.withdraw(reason text) returns void
language plpgsql set search_path = pg_catalog as $$
begin
  update synfleet.admission a set admitted = false, reason = withdraw.reason, server_started_at = pg_postmaster_start_time(),
         changed_at = case when a.admitted and a.server_started_at = pg_postmaster_start_time() then clock_timestamp() else a.changed_at end
  where (a.admitted, a.server_started_at, a.reason) is distinct from (false, pg_postmaster_start_time(), withdraw.reason);
end $$;
