import type { Statement } from '@chat-app/database';

/** Number of a message of this conversation. */
export const FIND_MESSAGE_NUMBER: Statement = {
  name: 'find_message_number',
  text: `
select number from chat.messages where id = $2 and conversation_id = $1`,
};

export interface FindMessageNumberRow {
  number: number;
}
