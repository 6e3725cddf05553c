import type { Migration } from '@chat-app/database';

export const addInitialPasswords: Migration = {
  name: '014_add_initial_passwords',
  sql: `
    alter table auth.users add column initial_password_until timestamptz;
    comment on column auth.users.initial_password_until is
      'until when the password, which an operator set, can be changed for one of the user''s own; null for one of the user''s own';
  `,
};
