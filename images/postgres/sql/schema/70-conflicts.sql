-- Conflicts that pglogical settled. It only writes them to the log; from there they are taken into a table.

create table if not exists synfleet.conflict (
  id bigint generated always as identity primary key,
  recorded_at timestamptz not null,
  relation text,
  kind text not null,
  resolution text,
  local_tuple text,
  remote_tuple text,
  message text not null
);
create index if not exists conflict_recorded_at on synfleet.conflict (recorded_at);

-- How far the log has been read.
create table if not exists synfleet.conflict_reader (
  only_row boolean primary key default true check (only_row),
  file text,
  position bigint not null default 0,
  total bigint not null default 0
);
insert into synfleet.conflict_reader default values on conflict do nothing;

create or replace function synfleet.collect_conflicts() returns int
language plpgsql set search_path = pg_catalog as $$
declare
  chunk constant int := 1024 * 1024;
  keep_rows constant int := 10000;
  at synfleet.conflict_reader;
  current text := pg_current_logfile('jsonlog');
  size bigint;
  piece bytea;
  ending int;
  collected int := 0;
  counted int;
begin
  select * into at from synfleet.conflict_reader for update skip locked;
  if not found or current is null then return 0; end if;
  if at.file is null then at.file := current; end if;
  loop
    size := (pg_stat_file(at.file, true)).size;
    if size is null then -- removed: too far behind
      at.file := current; at.position := 0;
      continue when size is not null;
      size := (pg_stat_file(at.file, true)).size;
    end if;
    if size <= at.position then
      exit when at.file = current;
      at.file := current; at.position := 0;
      continue;
    end if;
    piece := pg_read_binary_file(at.file, at.position, chunk, true);
    ending := synfleet.last_line_end(piece);
    if ending = 0 then -- no whole line: wait for the rest, or skip what is longer than a chunk
      exit when length(piece) < chunk;
      ending := length(piece);
    end if;
    at.position := at.position + ending;
    if position('\x434f4e464c4943543a'::bytea in piece) > 0 then -- CONFLICT:
      insert into synfleet.conflict (recorded_at, relation, kind, resolution, local_tuple, remote_tuple, message)
      select (l.line->>'timestamp')::timestamptz,
             substring(l.line->>'message' from 'on relation (\S+)'),
             coalesce(lower(substring(l.line->>'message' from 'CONFLICT: remote (\w+)')), 'unknown'),
             substring(l.line->>'message' from 'Resolution: (\w+)'),
             left(substring(l.line->>'detail' from 'existing local (?:tuple|row) (\{.*?\})'), 4000),
             left(substring(l.line->>'detail' from 'remote (?:tuple|row) (\{.*?\})'), 4000),
             left((l.line->>'message') || coalesce(E'\n' || (l.line->>'detail'), ''), 8000)
      from regexp_split_to_table(convert_from(substr(piece, 1, ending), 'UTF8'), E'\n') as t(text)
      cross join lateral (select t.text::json as line) l
      where t.text like '%"message":"CONFLICT: %'
        -- pglogical also reports every write over a row that another member wrote last, however long ago. A true conflict
        -- of two writes shows as kept on the member that made the later one, so it is recorded there, once.
        and l.line->>'message' !~ 'remote (UPDATE|DELETE) .*Resolution: apply_remote';
      get diagnostics counted = row_count;
      collected := collected + counted;
    end if;
    exit when collected > 5000; -- the rest next time
  end loop;
  update synfleet.conflict_reader r set file = at.file, position = at.position, total = r.total + collected
  where (r.file, r.position) is distinct from (at.file, at.position);
  if collected > 0 then
    delete from synfleet.conflict where id <= (select max(id) - keep_rows from synfleet.conflict) or recorded_at < now() - interval '30 days';
  end if;
  return collected;
end $$;

create or replace function synfleet.last_line_end(piece bytea) returns int
language plpgsql immutable set search_path = pg_catalog as $$
begin
  for i in reverse length(piece) - 1 .. 0 loop
    if get_byte(piece, i) = 10 then return i + 1; end if;
  end loop;
  return 0;
end $$;
