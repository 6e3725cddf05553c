import type { Statement } from '@chat-app/database';

/** Changes the role of a member. */
export const SET_ROLE: Statement = {
  name: 'set_role',
  text: `
update chat.members set role = $3 where conversation_id = $1 and user_id = $2`,
};
