import type { Queryable, Statement } from '@chat-app/database';

const LOCK_INBOXES: Statement = {
  name: 'lock_inboxes',
  text: `
select 1 from chat.lock_inboxes($1::uuid[])`,
};

/** Locks inboxes until the transaction ends, in the order that all keep: nothing is stored to them meanwhile. */
export async function lockInboxes(on: Queryable, userIds: readonly string[]): Promise<void> {
  await on.query(LOCK_INBOXES, [userIds]);
}
