-- Splits a query string into statements, as the server's own lexer would: strings, quoted names, dollar quotes, nested
-- comments, parentheses and BEGIN ATOMIC bodies may hold semicolons. The outline is the statement in capitals without
-- comments, strings and quoted names: what is looked for in it cannot be text of the user's.

create or replace function synfleet.statements(query text, out statement text, out outline text) returns setof record
language plpgsql immutable set search_path = pg_catalog as $$
declare
  rest text := query;
  token text;
  word text;
  previous text := '';
  tag text;
  ending int;
  parentheses int := 0;
  blocks int := 0;
begin
  statement := '';
  outline := '';
  while rest <> '' loop
    if rest ~ '^--' then
      token := substring(rest from '^--[^\n]*\n?');
      outline := outline || ' ';
    elsif rest ~ '^/\*' then
      token := synfleet.leading_comment(rest);
      outline := outline || ' ';
    elsif rest ~* '^e''' or (rest ~ '^''' and current_setting('standard_conforming_strings') = 'off') then
      token := coalesce(substring(rest from '^[eE]?''(?:[^''\\]|\\.|'''')*'''), rest);
      outline := outline || '''''';
    elsif rest ~ '^''' then
      token := coalesce(substring(rest from '^''(?:[^'']|'''')*'''), rest);
      outline := outline || '''''';
    elsif rest ~ '^"' then
      token := coalesce(substring(rest from '^"(?:[^"]|"")*"'), rest);
      outline := outline || '""';
    elsif rest ~ '^\$(?:[[:alpha:]_\u0080-\uffff][[:alnum:]_\u0080-\uffff]*)?\$' then
      tag := substring(rest from '^\$[^$]*\$');
      ending := strpos(substr(rest, length(tag) + 1), tag);
      token := case when ending = 0 then rest else left(rest, length(tag) + ending - 1 + length(tag)) end;
      outline := outline || '''''';
    elsif rest ~ '^[[:alpha:]_\u0080-\uffff]' then
      token := substring(rest from '^[[:alpha:]_\u0080-\uffff][[:alnum:]_$\u0080-\uffff]*');
      word := upper(token);
      if word = 'ATOMIC' and previous = 'BEGIN' then
        blocks := 1;
      elsif blocks > 0 and word in ('BEGIN', 'CASE') then
        blocks := blocks + 1;
      elsif blocks > 0 and word = 'END' then
        blocks := blocks - 1;
      end if;
      previous := word;
      outline := outline || word;
    elsif rest ~ '^\s' then
      token := substring(rest from '^\s+');
      outline := outline || ' ';
    elsif rest ~ '^;' and parentheses = 0 and blocks = 0 then
      token := ';';
      if btrim(outline) <> '' then
        statement := btrim(statement, E' \t\r\n');
        outline := regexp_replace(btrim(outline), ' +', ' ', 'g');
        return next;
      end if;
      statement := '';
      outline := '';
      previous := '';
      rest := substr(rest, 2);
      continue;
    else
      token := left(rest, 1);
      parentheses := greatest(0, parentheses + case token when '(' then 1 when ')' then -1 else 0 end);
      outline := outline || token;
    end if;
    statement := statement || token;
    rest := substr(rest, length(token) + 1);
  end loop;
  if btrim(outline) <> '' then
    statement := btrim(statement, E' \t\r\n');
    outline := regexp_replace(btrim(outline), ' +', ' ', 'g');
    return next;
  end if;
end $$;

create or replace function synfleet.leading_comment(rest text) returns text
language plpgsql immutable set search_path = pg_catalog as $$
declare
  depth int := 0;
  length_so_far int := 0;
  step text;
begin
  loop
    step := substring(substr(rest, length_so_far + 1) from '^(?:[^/*]|/(?!\*)|\*(?!/))*(?:/\*|\*/)');
    if step is null then return rest; end if;
    length_so_far := length_so_far + length(step);
    depth := depth + case right(step, 2) when '/*' then 1 else -1 end;
    if depth = 0 then return left(rest, length_so_far); end if;
  end loop;
end $$;
