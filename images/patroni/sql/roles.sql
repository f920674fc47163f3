-- Roles and the application database, made or brought in line. Run by `bootstrap` in the database postgres; variables:
-- database, application_user, application_password.
\set VERBOSITY terse

-- Roles of the machinery log in with a client certificate only (pg_ident.conf says which), so none has a password.
select format('create role %I', name)
from unnest(array['synfleet_replicator', 'synfleet_rewind', 'synfleet_monitor']) as name
where not exists (select from pg_roles where rolname = name)
\gexec
alter role synfleet_replicator login nosuperuser replication nocreatedb nocreaterole password null;
alter role synfleet_rewind login nosuperuser noreplication nocreatedb nocreaterole password null;
alter role synfleet_monitor login nosuperuser noreplication nocreatedb nocreaterole connection limit 5 password null;
grant pg_monitor to synfleet_monitor;
-- What pg_rewind reads of the member that it copies from.
grant execute on function pg_catalog.pg_ls_dir(text, boolean, boolean) to synfleet_rewind;
grant execute on function pg_catalog.pg_stat_file(text, boolean) to synfleet_rewind;
grant execute on function pg_catalog.pg_read_binary_file(text) to synfleet_rewind;
grant execute on function pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) to synfleet_rewind;

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
grant connect on database :"database" to synfleet_monitor;
revoke all on database postgres from public;
revoke all on database template1 from public;
grant connect on database postgres to synfleet_monitor, synfleet_rewind;
