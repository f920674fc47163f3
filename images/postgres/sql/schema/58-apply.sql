-- Schema changes on the members that receive them, and what follows a change on every member.

-- On a peer: runs the statement as the same role, with the settings that its meaning depends on, and puts them back,
-- because rows of the same transaction follow.
create or replace function synfleet.apply_ddl(command text, intent jsonb) returns void
language plpgsql as $$
declare
  setting record;
  before jsonb := '{}';
begin
  for setting in select * from pg_catalog.jsonb_each_text(intent) where key <> 'role' loop
    before := before || pg_catalog.jsonb_build_object(setting.key, pg_catalog.current_setting(setting.key));
    perform pg_catalog.set_config(setting.key, setting.value, true);
  end loop;
  execute pg_catalog.format('set local role %I', intent->>'role');
  execute command;
  reset role;
  for setting in select * from pg_catalog.jsonb_each_text(before) loop
    perform pg_catalog.set_config(setting.key, setting.value, true);
  end loop;
end $$;

-- After a change, on the member that made it and on those that it reached: new tables into their sets, new sequences
-- onto this member's values.
create or replace function synfleet.settle() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
  context text;
begin
  get diagnostics context = pg_context;
  if context ~ 'PL/pgSQL function synfleet\.(align_sequence|settle_tables)\M' then return; end if;
  perform synfleet.settle_tables();
  perform synfleet.align_sequences();
end $$;

-- For what the triggers refuse: runs the statements one by one, each carried by itself, all in one transaction.
create or replace function synfleet.ddl(command text) returns void
language plpgsql as $$
declare
  part record;
begin
  for part in select * from synfleet.statements(command) loop
    if part.outline ~ '^(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE)\M' then
      perform synfleet.refuse('synfleet.ddl runs in the transaction of its caller and takes no ' || pg_catalog.split_part(part.outline, ' ', 1), 'Leave it out.');
    end if;
    execute part.statement;
    -- Roles are the server's, not the database's: no event trigger sees them.
    if part.outline ~ '^(CREATE|ALTER|DROP) (ROLE|USER|GROUP) ' and part.outline !~ '^\w+ USER MAPPING' or part.outline ~ '^(GRANT|REVOKE) [^(]*$' and part.outline !~ '\mON\M' then
      perform synfleet.queue_ddl(part.statement, pg_catalog.jsonb_build_object('role', current_user, 'search_path', pg_catalog.current_setting('search_path')));
    end if;
  end loop;
end $$;
