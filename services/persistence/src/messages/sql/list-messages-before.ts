import type { Queryable, Statement } from '@chat-app/database';
import { messageColumns, type StoredMessageRow } from '../message-row';

const LIST_MESSAGES_BEFORE: Statement = {
  name: 'list_messages_before',
  text: `
select ${messageColumns('m', '$4::uuid')}, m.stored_at, m.number
from chat.messages m
where conversation_id = $1 and number < coalesce($2::bigint, 9223372036854775807)
order by number desc limit $3`,
};

/** The messages before a number (undefined: the newest), newest first, at most `limit`. */
export function listMessagesBefore(
  on: Queryable,
  conversationId: string,
  number: number | undefined,
  limit: number,
  callerId: string,
): Promise<StoredMessageRow[]> {
  return on.query<StoredMessageRow>(LIST_MESSAGES_BEFORE, [conversationId, number ?? null, limit, callerId]);
}
