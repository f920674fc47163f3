-- Turns a copy of the donor into this member, before it runs for the first time. Run by `copy` on a server that nobody
-- else can reach and in which pglogical does not run. Variables: member, number, donor, position (where the copy of the
-- donor ends), slots ({peer: {"slot": name, "from": position}}), reached (what reached_keys() answers on all others).
set event_triggers = off;
set session_replication_role = replica;
set search_path = pg_catalog;

-- Not committed on the donor at that position: whoever commits them there sends them here like all that follow.
select format('rollback prepared %L', gid) from pg_prepared_xacts where database = current_database() \gexec

begin;
create temp table slot as
  select key as peer, value->>'slot' as slot_name, (value->>'from')::pg_lsn as since from jsonb_each(:'slots');
create temp table origin as
  select n.node_name::text as peer, o.roident, o.roname, p.remote_lsn
  from pglogical.subscription s join pglogical.node n on n.node_id = s.sub_origin
  join pg_replication_origin o on o.roname = s.sub_slot_name
  left join pg_replication_origin_status p on p.local_id = o.roident;

-- The donor had applied the others exactly as far as its origins say, and so has its copy. What a peer wrote before its
-- slot for this member was made must be among it.
select format('do $do$ begin raise exception %L; end $do$',
              format('%s had applied %s up to %s, and the slot there begins at %s', :'donor', s.peer, coalesce(o.remote_lsn::text, 'nothing'), s.since))
from slot s left join origin o using (peer)
where s.peer <> :'donor' and (o.remote_lsn is null or o.remote_lsn < s.since)
\gexec

-- An origin keeps its number, which rows carry to tell who wrote them last: a number that came to mean another member
-- would let that member's older updates win. So origins are renamed; only the donor, which has none on itself, gets a new one.
create temp table former as select roname from pg_replication_origin where roname like 'synfleet_former_%';
select pg_replication_origin_create(slot_name) from slot where peer = :'donor' \g /dev/null
select pg_replication_origin_advance(slot_name, :'position') from slot where peer = :'donor' \g /dev/null
select pg_replication_origin_drop(roname) from former \g /dev/null
update pg_replication_origin o set roname = coalesce(s.slot_name, 'synfleet_former_' || g.peer)
from origin g left join slot s using (peer) where o.roident = g.roident;

drop extension pglogical cascade;
insert into synfleet.copied (peer, slot_name) select peer, slot_name from slot
on conflict (peer) do update set slot_name = excluded.slot_name;
delete from synfleet.copied c where not exists (select from slot s where s.peer = c.peer);
update synfleet.member set name = :'member', number = :'number', joined = false, copied_from = :'donor', identity = gen_random_uuid();
update synfleet.admission set admitted = false, ever_admitted = false, reason = 'never admitted', server_started_at = '-infinity';
alter event trigger synfleet_login enable;
-- It asks pglogical, which the set-up of the schema is about to make anew; this trigger with it.
drop event trigger synfleet_30_settle;
truncate synfleet.reader, synfleet.heard, synfleet.conflict;
update synfleet.conflict_reader set file = null, position = 0, total = 0;

-- Keys go on beyond the highest that any member has or has given: also those that this member gave in an earlier life.
create temp table reached as select * from synfleet.reached_keys();
copy reached from '/var/lib/synfleet/copy/reached' csv;
do $$
declare
  s synfleet.application_sequence;
  start numeric;
  last numeric;
begin
  for s in select * from synfleet.application_sequence where step is not null loop
    start := s.origin::numeric + s.step * (s.number - 1);
    execute format('alter sequence %s start with %s restart with %s%s', s.relation, start, start,
                   case when s.seqcycle and s.step > 0 then format(' minvalue %s', start) when s.seqcycle then format(' maxvalue %s', start) else '' end);
    select case when s.step > 0 then max(highest) else min(lowest) end into last from reached where sequence = s.relation::text;
    if s.step > 0 and last > start or s.step < 0 and last < start then
      perform setval(s.relation, greatest(s.seqmin, least(s.seqmax, last))::bigint, true);
    end if;
  end loop;
end $$;
commit;
