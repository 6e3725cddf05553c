import type { Queryable, Statement } from '@chat-app/database';

/** In the order of ids, before messages and inboxes. New messages go on being stored: they take KEY SHARE. */
const LOCK_CONVERSATIONS: Statement = {
  name: 'lock_conversations',
  text: `
select c.id from chat.conversations c where c.id = any ($1::uuid[]) order by c.id for no key update`,
};

/** Until the transaction ends nobody else changes a message of these conversations: versions are drawn in order. */
export async function lockConversations(on: Queryable, ids: readonly string[]): Promise<void> {
  await on.query(LOCK_CONVERSATIONS, [[...new Set(ids)]]);
}
