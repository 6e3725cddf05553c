import type { Statement } from '@chat-app/database';

/** Creates and locks inboxes in the fixed order. See migration 002. */
export const LOCK_INBOXES: Statement = {
  name: 'lock_inboxes',
  text: `
select count(*)::integer as count from chat.lock_inboxes($1::uuid[])`,
};
