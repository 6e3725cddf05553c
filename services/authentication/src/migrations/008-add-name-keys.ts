import type { Migration } from '@chat-app/database';

/** Nobody may read the table until it is committed, so that the indexes are built in 011. */
export const addNameKeys: Migration = {
  name: '008_add_name_keys',
  sql: `
    alter table auth.users add column folded_key text;
    comment on column auth.users.folded_key is
      'username in NFKC and full case folding; null until a version that knows it has seen the user';

    create table auth.username_looks (
      look text primary key,
      user_id uuid not null references auth.users (id) on delete cascade
    );
    create index username_looks_of_user on auth.username_looks (user_id);
    comment on table auth.username_looks is
      'what names look like (UTS 39 skeletons): whoever registers may look like nobody who was there before';
  `,
};
