import type { Migration } from '@chat-app/database';

/** For the directory: names by their beginning, compared by bytes. */
export const indexNamePrefixes: Migration = {
  name: '013_index_name_prefixes',
  sql: `
    create index users_by_folded_prefix on auth.users (folded_key text_pattern_ops);
  `,
};
