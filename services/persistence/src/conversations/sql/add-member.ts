import type { Queryable, Statement } from '@chat-app/database';

const ADD_MEMBER: Statement = {
  name: 'add_member',
  text: `
insert into chat.members (conversation_id, user_id, role, in_group, read_number)
values ($1, $2, $3, true, coalesce((select max(number) from chat.messages where conversation_id = $1), 0))`,
};

/** Adds a member to a group, to whom everything so far counts as read. */
export async function addMember(on: Queryable, id: string, userId: string, role: string): Promise<void> {
  await on.query(ADD_MEMBER, [id, userId, role]);
}
