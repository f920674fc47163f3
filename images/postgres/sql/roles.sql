-- Roles and the application database, made or brought in line. Run by `bootstrap` in the database postgres; variables:
-- database, application_user, application_password.
\set VERBOSITY terse

-- Roles of the machinery log in with a client certificate only (pg_ident.conf says which), so none has a password.
select format('create role %I', name)
from unnest(array['synfleet_manager', 'synfleet_replicator', 'synfleet_monitor', 'synfleet_check']) as name
where not exists (select from pg_roles where rolname = name)
\gexec
alter role synfleet_manager login superuser connection limit 20 password null;
-- Every subscription holds a connection and may open two more while it starts.
alter role synfleet_replicator login nosuperuser replication nocreatedb nocreaterole password null;
alter role synfleet_monitor login nosuperuser nocreatedb nocreaterole noreplication connection limit 5 password null;
alter role synfleet_check login nosuperuser nocreatedb nocreaterole noreplication password null;
grant pg_monitor to synfleet_monitor;
-- The check must answer, or be refused, at once: HAProxy waits for it.
alter role synfleet_check set statement_timeout = '1s';

select format('create role %I', :'application_user')
where not exists (select from pg_roles where rolname = :'application_user')
\gexec
alter role :"application_user" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
  password :'application_password';

select format('create database %I owner %I encoding ''UTF8'' locale_provider libc locale ''C.UTF-8'' template template0',
              :'database', :'application_user')
where not exists (select from pg_database where datname = :'database')
\gexec
alter database :"database" owner to :"application_user";
revoke all on database :"database" from public;
grant connect, temporary on database :"database" to :"application_user";
grant connect on database :"database" to synfleet_manager, synfleet_replicator, synfleet_monitor, synfleet_check;
revoke all on database postgres from public;
revoke all on database template1 from public;
grant connect on database postgres to synfleet_monitor;
