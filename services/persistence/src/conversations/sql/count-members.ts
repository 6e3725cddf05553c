import type { Queryable, Statement } from '@chat-app/database';

/** Always one row. */
const COUNT_MEMBERS: Statement = {
  name: 'count_members',
  text: `
select count(*)::integer as members from chat.members where conversation_id = $1`,
};

/** How many members a conversation has. */
export async function countMembers(on: Queryable, conversationId: string): Promise<number> {
  const [row] = await on.query<{ members: number }>(COUNT_MEMBERS, [conversationId]);
  return row?.members ?? 0;
}
