import type { Statement } from '@chat-app/database';

/** Moves the reading position of a member forward. */
export const MARK_READ: Statement = {
  name: 'mark_read',
  text: `
update chat.members set read_number = $3::bigint where conversation_id = $1 and user_id = $2 and read_number < $3::bigint`,
};
