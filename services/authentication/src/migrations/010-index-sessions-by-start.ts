import type { Migration } from '@chat-app/database';

/** By itself: while it is built, sessions are read but not written. */
export const indexSessionsByStart: Migration = {
  name: '010_index_sessions_by_start',
  sql: `
    create index sessions_of_user_by_start on auth.sessions (user_id, created_at);
  `,
};
