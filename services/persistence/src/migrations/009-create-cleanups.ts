import type { Migration } from '@chat-app/database';

/**
 * What removes rows that nobody needs any more goes by.
 *
 * - `inbox_heads.expired_seq`: every entry up to this one was removed. It moves in the transaction that removes them.
 * - `cleanups`: a row a task. A pod that works on it holds its row, so that one does at a time; `due_at` bounds the rate of all.
 *   `walked_to` is how far the round came, `cutoff` the time that its entries were held against, `cleared_before` that of the
 *   last whole round.
 */
export const createCleanups: Migration = {
  name: '009_create_cleanups',
  sql: `
create table chat.cleanups (
  task text primary key,
  due_at timestamptz not null default now(),
  walked_to text not null default '',
  cutoff timestamptz,
  cleared_before timestamptz
);
insert into chat.cleanups (task) values ('inbox'), ('events'), ('dead_messages');

-- Last: nobody may read the table from here to the commit.
alter table chat.inbox_heads add column expired_seq bigint not null default 0;
`,
};
