-- The event triggers, last: from here on every change is carried. The numbers are the order in which they run.

drop event trigger if exists synfleet_10_guard;
drop event trigger if exists synfleet_10_intent;
drop event trigger if exists synfleet_20_carry;
drop event trigger if exists synfleet_30_settle;
drop event trigger if exists synfleet_drop;
drop event trigger if exists synfleet_rewrite;
drop event trigger if exists synfleet_login;

create event trigger synfleet_10_guard on ddl_command_start execute function synfleet.guard_ddl();
create event trigger synfleet_10_intent on ddl_command_end execute function synfleet.note_intent();
create event trigger synfleet_20_carry on ddl_command_end execute function synfleet.carry_ddl();
create event trigger synfleet_drop on sql_drop execute function synfleet.note_drop();
create event trigger synfleet_rewrite on table_rewrite execute function synfleet.guard_rewrite();

create event trigger synfleet_30_settle on ddl_command_end
  when tag in ('CREATE TABLE', 'ALTER TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE SCHEMA', 'CREATE INDEX', 'DROP INDEX',
               'CREATE SEQUENCE', 'ALTER SEQUENCE', 'CREATE EXTENSION', 'ALTER EXTENSION', 'DROP EXTENSION')
  execute function synfleet.settle();
alter event trigger synfleet_30_settle enable always;

create event trigger synfleet_login on login execute function synfleet.guard_login();
select case when ever_admitted then 'alter event trigger synfleet_login disable' else 'alter event trigger synfleet_login enable' end
from synfleet.admission
\gexec

-- What is in the database already (another version of these files may have treated it otherwise).
select synfleet.settle_tables() + synfleet.align_sequences() as settled from synfleet.member where joined \g /dev/null
