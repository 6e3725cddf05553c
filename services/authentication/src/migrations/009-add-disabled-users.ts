import type { Migration } from '@chat-app/database';

export const addDisabledUsers: Migration = {
  name: '009_add_disabled_users',
  sql: `
    alter table auth.users add column disabled_at timestamptz;
    comment on column auth.users.disabled_at is 'since when the user may not log in; null for one who may';

    create table auth.operator_acts (
      id bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(),
      act text not null,
      user_id uuid not null
    );
    comment on table auth.operator_acts is
      'what operators did to accounts and no pod has written to its audit log yet; the next that sweeps does, and deletes it';
  `,
};
