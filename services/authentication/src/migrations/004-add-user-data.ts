import type { Migration } from '@chat-app/database';

export const addUserData: Migration = {
  name: '004_add_user_data',
  sql: `
    alter table auth.users add column data json;
    comment on column auth.users.data is 'custom data of the user, as it was sent: json keeps what jsonb would reorder';
  `,
};
