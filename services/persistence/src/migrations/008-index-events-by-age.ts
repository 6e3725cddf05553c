import type { Migration } from '@chat-app/database';

/**
 * An event is found by its age once no inbox holds it. By itself: while the index is built, events are read but not written,
 * and a transaction that then waited for another table could wait for one that waits for it.
 */
export const indexEventsByAge: Migration = {
  name: '008_index_events_by_age',
  sql: `
create index events_by_age on chat.events (stored_at);
`,
};
