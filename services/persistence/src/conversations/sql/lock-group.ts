import type { Queryable, Statement } from '@chat-app/database';

/** See migration 002 for the order of locks. */
const LOCK_GROUP: Statement = {
  name: 'lock_group',
  text: `
select kind from chat.conversations where id = $1 for update`,
};

/**
 * Locks a conversation until the transaction ends: nobody else changes its members, no batch is stored to it. Its kind;
 * undefined where there is none.
 */
export async function lockConversation(on: Queryable, id: string): Promise<'direct' | 'group' | undefined> {
  const [row] = await on.query<{ kind: 'direct' | 'group' }>(LOCK_GROUP, [id]);
  return row?.kind;
}
