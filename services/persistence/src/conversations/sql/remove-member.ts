import type { Queryable, Statement } from '@chat-app/database';

const REMOVE_MEMBER: Statement = {
  name: 'remove_member',
  text: `
delete from chat.members where conversation_id = $1 and user_id = $2`,
};

/** Ends a membership. */
export async function deleteMember(on: Queryable, id: string, userId: string): Promise<void> {
  await on.query(REMOVE_MEMBER, [id, userId]);
}
