import type { Migration } from '@chat-app/database';

export const createUsers: Migration = {
  name: '001_create_users',
  sql: `
    create table auth.users (
      id uuid primary key,
      username text not null,
      username_key text not null unique,
      password_hash text not null,
      password_version integer not null default 1,
      created_at timestamptz not null default clock_timestamp()
    );
    comment on column auth.users.username_key is 'username in NFKC and lower case: names differ by more than case';
    comment on column auth.users.password_hash is 'PHC string of argon2id';
    comment on column auth.users.password_version is 'counts password changes; a rehash of the same password is none';
  `,
};
