import type { Migration } from '@chat-app/database';

export const addAccountDecider: Migration = {
  name: '012_add_account_decider',
  sql: `
    alter table auth.users add column decided_by text;
    comment on column auth.users.decided_by is
      'who disabled or enabled the user last: operator, or service for demo users; null where nobody did, or a version before';
  `,
};
