import type { Migration } from '@chat-app/database';

/** Lets an operator type `select * from messages` in psql. The service itself names the schema everywhere. */
export const setSearchPath: Migration = {
  name: '003_set_search_path',
  sql: `
do $$
begin
  execute format('alter database %I set search_path = chat, auth, public', current_database());
exception when insufficient_privilege then
  raise notice 'the role may not set the search_path of the database; name the schema in psql: chat.messages';
end
$$;
`,
};
