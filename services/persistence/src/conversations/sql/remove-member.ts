import type { Statement } from '@chat-app/database';

/** Ends a membership. */
export const REMOVE_MEMBER: Statement = {
  name: 'remove_member',
  text: `
delete from chat.members where conversation_id = $1 and user_id = $2`,
};
