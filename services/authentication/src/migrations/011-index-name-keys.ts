import type { Migration } from '@chat-app/database';

/** By itself: while they are built, users are read but not written. */
export const indexNameKeys: Migration = {
  name: '011_index_name_keys',
  sql: `
    create index users_by_folded_key on auth.users (folded_key);
    create index users_without_folded_key on auth.users (id) where folded_key is null;
  `,
};
