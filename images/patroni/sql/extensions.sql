-- Extensions of the application's database; more of them are made, none is dropped. Variable: extensions.
select format('create extension if not exists %I', btrim(name))
from unnest(string_to_array(:'extensions', ',')) as name
where btrim(name) <> ''
\gexec
