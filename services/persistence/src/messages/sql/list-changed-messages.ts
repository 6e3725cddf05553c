import type { Queryable, Statement } from '@chat-app/database';
import { messageColumns, type StoredMessageRow } from '../message-row';

const LIST_CHANGED_MESSAGES: Statement = {
  name: 'list_changed_messages',
  text: `
select ${messageColumns('m', '$4::uuid')}, m.stored_at, m.number
from chat.messages m
where conversation_id = $1 and version is not null and version > $2::bigint
order by version asc limit $3`,
};
const FIND_VERSION: Statement = {
  name: 'find_version',
  text: `
select version from chat.messages where conversation_id = $1 and version is not null order by version desc limit 1`,
};

/** The messages that were changed after a version, in the order of their versions, at most `limit`. */
export function listChangedMessages(
  on: Queryable,
  conversationId: string,
  version: number,
  limit: number,
  callerId: string,
): Promise<StoredMessageRow[]> {
  return on.query<StoredMessageRow>(LIST_CHANGED_MESSAGES, [conversationId, version, limit, callerId]);
}

/** The version of a conversation: that of its last changed message; 0 where none was ever changed. */
export async function findVersion(on: Queryable, conversationId: string): Promise<number> {
  const [row] = await on.query<{ version: number }>(FIND_VERSION, [conversationId]);
  return row?.version ?? 0;
}
