import type { Statement } from '@chat-app/database';

/** Adds a member, to whom everything so far counts as read. */
export const ADD_MEMBER: Statement = {
  name: 'add_member',
  text: `
insert into chat.members (conversation_id, user_id, role, in_group, read_number)
values ($1, $2, $3, true, coalesce((select max(number) from chat.messages where conversation_id = $1), 0))`,
};
