import type { Queryable, Statement } from '@chat-app/database';

const SET_ROLE: Statement = {
  name: 'set_role',
  text: `
update chat.members set role = $3 where conversation_id = $1 and user_id = $2`,
};

/** Changes the role of a member. */
export async function setRole(on: Queryable, id: string, userId: string, role: string): Promise<void> {
  await on.query(SET_ROLE, [id, userId, role]);
}
