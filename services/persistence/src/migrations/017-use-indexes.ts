import type { Migration } from '@chat-app/database';

/**
 * Functions find rows by index, whatever the statistics say. The plans of a function are kept with the session, and those that
 * are made while a table has a few rows scan all of it: a table that then grows by thousands of rows a second is scanned for each
 * message until it is next analyzed, a minute later. A plan that cannot do without a scan is costed as a huge one, which must
 * not make the server compile it.
 */
export const useIndexes: Migration = {
  name: '017_use_indexes',
  sql: `
do $$
declare
  function_name regprocedure;
begin
  for function_name in select oid::regprocedure from pg_catalog.pg_proc where pronamespace = 'chat'::regnamespace loop
    execute format('alter function %s set enable_seqscan = off', function_name);
    execute format('alter function %s set jit = off', function_name);
  end loop;
end
$$;
`,
};
