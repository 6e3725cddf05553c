import type { Migration } from '@chat-app/database';

/**
 * Whoever owns a schema can put functions into it, and a search path that names the schema lets them be called by whoever
 * types `lower(title)`: also a superuser (the pattern of CVE-2018-1058). So the path is set for the service's own role
 * alone, where a person who logs in as it may still type `select * from messages`, and every function names its own.
 */
export const narrowSearchPath: Migration = {
  name: '007_narrow_search_path',
  sql: `
do $$
begin
  execute format('alter database %I reset search_path', current_database());
exception when insufficient_privilege then
  raise notice 'only the owner may: alter database % reset search_path', current_database();
end
$$;

do $$
declare
  function_name regprocedure;
begin
  execute format('alter role %I in database %I set search_path = chat, public', current_user, current_database());
  for function_name in select oid::regprocedure from pg_catalog.pg_proc where pronamespace = 'chat'::regnamespace loop
    execute format('alter function %s set search_path = pg_catalog, chat, pg_temp', function_name);
  end loop;
end
$$;
`,
};
