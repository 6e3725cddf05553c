import type { Queryable, Statement } from '@chat-app/database';

const LOCK_INBOX: Statement = {
  name: 'lock_inbox',
  text: `
select 1 from chat.lock_inboxes(array[$1::uuid])`,
};

/** Locks a user's inbox until the transaction ends: nothing is stored to it meanwhile. */
export async function lockInbox(on: Queryable, userId: string): Promise<void> {
  await on.query(LOCK_INBOX, [userId]);
}
