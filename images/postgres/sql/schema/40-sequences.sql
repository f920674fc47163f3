-- Keys never collide: every sequence counts in steps of 16 and starts at the member's number, so member 3 hands out
-- 3, 19, 35, … . A sequence declared with another step or start keeps both: declared steps of 50 are spread in blocks of 50.

-- What the application declared; the catalog has the spread values. By oid, so one row a sequence of this member.
create table if not exists synfleet.sequence (
  relation oid primary key,
  step bigint not null,
  origin bigint not null,
  repaired bigint not null default 0
);

create or replace view synfleet.application_sequence as
  select c.oid::regclass as relation, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle,
         p.step, p.origin, m.number
  from pg_catalog.pg_class c
  join pg_catalog.pg_sequence s on s.seqrelid = c.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  cross join synfleet.member m
  left join synfleet.sequence p on p.relation = c.oid
  where c.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema', 'pglogical', 'pglogical_origin', 'synfleet');

create or replace function synfleet.align_sequence(s synfleet.application_sequence) returns void
language plpgsql security definer set search_path = pg_catalog set session_replication_role = replica as $$
declare
  -- A declaration that differs from what we made of the last one is a new one (ALTER SEQUENCE … INCREMENT, … START).
  step bigint := case when s.step is null or s.seqincrement <> s.step * 16 then s.seqincrement else s.step end;
  origin bigint := case when s.origin is null or s.seqstart <> s.origin + s.step * (s.number - 1) then s.seqstart else s.origin end;
  increment bigint := step * 16;
  start numeric := origin::numeric + step * (s.number - 1);
  last bigint;
  called boolean;
  next numeric;
begin
  if start not between s.seqmin and s.seqmax or abs(increment) > s.seqmax::numeric - s.seqmin then
    raise exception 'sequence % is too short to be shared by 16 members: it has room for % values', s.relation, s.seqmax::numeric - s.seqmin + 1
      using hint = 'Declare it with a larger MAXVALUE or a wider type.';
  end if;
  -- The ALTER takes the lock that keeps nextval() waiting, so that no value is handed out between the reading and the setting.
  execute format('alter sequence %s increment by %s start with %s%s', s.relation, increment, start,
                 case when s.seqcycle and step > 0 then format(' minvalue %s', start) when s.seqcycle then format(' maxvalue %s', start) else '' end);
  execute format('select last_value, is_called from %s', s.relation) into last, called;
  next := case when called then last::numeric + sign(step::numeric) else last end;
  if step > 0 then
    next := greatest(start, start + ceil((next - start) / increment) * increment);
  else
    next := least(start, start + ceil((next - start) / increment) * increment);
  end if;
  if next between s.seqmin and s.seqmax then
    perform setval(s.relation, next::bigint, false);
  else
    perform setval(s.relation, case when step > 0 then s.seqmax else s.seqmin end, true); -- used up, and says so at the next call
  end if;
  insert into synfleet.sequence as p (relation, step, origin) values (s.relation, step, origin)
  on conflict (relation) do update set step = excluded.step, origin = excluded.origin,
    repaired = p.repaired + ((p.step, p.origin) = (excluded.step, excluded.origin))::int;
end $$;

-- Repairs what does not count as it should: a sequence just made, one just altered, one moved by setval() onto the
-- values of another member. Returns how many there were.
create or replace function synfleet.align_sequences() returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare
  aligned int := 0;
  s synfleet.application_sequence;
  last bigint;
  called boolean;
begin
  for s in select * from synfleet.application_sequence loop
    if s.step is not null and s.seqincrement = s.step * 16 and s.seqstart = s.origin + s.step * (s.number - 1) then
      last := pg_sequence_last_value(s.relation);
      if last is null then -- not called yet
        execute format('select last_value, is_called from %s', s.relation) into last, called;
      end if;
      continue when (last::numeric - s.seqstart) % s.seqincrement = 0
        or last = case when s.step > 0 then s.seqmax else s.seqmin end; -- used up
    end if;
    perform synfleet.align_sequence(s);
    aligned := aligned + 1;
  end loop;
  delete from synfleet.sequence p where not exists (select from pg_class c where c.oid = p.relation);
  return aligned;
end $$;
