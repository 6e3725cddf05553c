import type { Migration } from '@chat-app/database';

/**
 * When users were here last, and who tells nobody. A row is written when the last connection of a user ends: what it has lived
 * through is updated in place (no index but the key, room on the page).
 *
 * - `at`: null where it is not known.
 */
export const createLastSeen: Migration = {
  name: '016_create_last_seen',
  sql: `
create table chat.last_seen (
  user_id uuid primary key,
  at timestamptz,
  is_hidden boolean not null default false
) with (fillfactor = 60);
`,
};
