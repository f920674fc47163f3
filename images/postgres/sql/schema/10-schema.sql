-- The schema `synfleet` of the application database. Everything in these files may run again at any time, over any
-- earlier version of itself: that is how a member is upgraded. Variables: database, application_user, member, number, extensions.

create schema if not exists synfleet;
create extension if not exists pglogical;
-- An extension goes where the application looks. (A superuser named like this schema would put it in here.)
set local search_path = public;
select format('create extension if not exists %I', name)
from unnest(string_to_array(nullif(:'extensions', ''), ',')) as name
\gexec
reset search_path;

grant usage on schema synfleet to public;

-- Who this member is. One row; the name is also its address in the cluster's network.
create table if not exists synfleet.member (
  only_row boolean primary key default true check (only_row),
  name text not null,
  number int not null check (number between 1 and 16),
  database name not null,
  application_user name not null,
  joined boolean not null default false
);
-- Of a member that began as a copy of another: which one, and what tells the two databases apart, since the system
-- identifier of the server was copied too.
alter table synfleet.member add column if not exists copied_from text, add column if not exists identity text;
insert into synfleet.member (name, number, database, application_user)
values (:'member', :'number', :'database', :'application_user')
on conflict (only_row) do update set database = excluded.database, application_user = excluded.application_user;

select format('do $do$ begin raise exception %L using hint = %L; end $do$',
              format('this volume belongs to member %s number %s, and the configuration says %s number %s', name, number, :'member', :'number'),
              'A member keeps its name and number for life: give back its own volume, or start it with an empty one.')
from synfleet.member where (name, number) <> (:'member', (:'number')::int)
\gexec

-- The verdict of the member's manager. It holds for one run of the server only: after a restart nobody is admitted
-- until the manager has seen that the member has caught up.
create table if not exists synfleet.admission (
  only_row boolean primary key default true check (only_row),
  admitted boolean not null default false,
  reason text not null default 'never admitted',
  server_started_at timestamptz not null default '-infinity',
  changed_at timestamptz not null default clock_timestamp(),
  ever_admitted boolean not null default false
);
insert into synfleet.admission default values on conflict do nothing;

-- Which member a connection through the balancer came out at.
create or replace function synfleet.whoami(out name text, out number int)
language sql stable security definer set search_path = pg_catalog as $$
  select m.name, m.number from synfleet.member m
$$;
