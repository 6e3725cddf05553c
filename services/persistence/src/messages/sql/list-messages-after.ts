import type { Queryable, Statement } from '@chat-app/database';
import { messageColumns, type StoredMessageRow } from '../message-row';

const LIST_MESSAGES_AFTER: Statement = {
  name: 'list_messages_after',
  text: `
select ${messageColumns('m', '$4::uuid')}, m.stored_at, m.number
from chat.messages m
where conversation_id = $1 and number > $2::bigint
order by number asc limit $3`,
};

/** The messages after a number, oldest first, at most `limit`. */
export function listMessagesAfter(
  on: Queryable,
  conversationId: string,
  number: number,
  limit: number,
  callerId: string,
): Promise<StoredMessageRow[]> {
  return on.query<StoredMessageRow>(LIST_MESSAGES_AFTER, [conversationId, number, limit, callerId]);
}
