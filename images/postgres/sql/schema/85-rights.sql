-- Who may call what. PostgreSQL lets everybody execute a new function; here many act with a superuser's rights.

revoke execute on all functions in schema synfleet from public;

-- The balancer asks this and nothing else.
grant execute on function synfleet.check() to synfleet_check, synfleet_monitor;
grant execute on function synfleet.verdict(), synfleet.status() to synfleet_monitor;
grant select on synfleet.conflict to synfleet_monitor;

-- What an empty member asks of the others.
grant execute on function synfleet.expect_copy(), synfleet.applied(text), synfleet.reached_keys() to synfleet_replicator;

-- Everybody: harmless ones, and what runs with the caller's own rights.
grant execute on function synfleet.whoami(), synfleet.ddl(text), synfleet.statements(text), synfleet.leading_comment(text),
  synfleet.refuse(text, text), synfleet.note_intent() to public;
