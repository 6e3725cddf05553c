import type { Statement } from '@chat-app/database';

/** Dead messages not yet redriven that the filters let through, oldest first. */
export const LIST_DEAD_MESSAGES: Statement = {
  name: 'list_dead_messages',
  text: `
select id, key, value, headers, redrive_count, error_code, message_id, conversation_id, failed_at
from chat.dead_messages
where redriven_at is null and id > $1::bigint and id <= $6::bigint
  and ($2::text is null or error_code = $2)
  and ($3::timestamptz is null or failed_at >= $3)
  and ($4::uuid is null or conversation_id = $4)
order by id limit $5`,
};

export interface ListDeadMessagesRow {
  id: number;
  key: string;
  value: Uint8Array;
  headers: Record<string, string>;
  redrive_count: number;
  error_code: string;
  message_id: string | null;
  conversation_id: string | null;
  failed_at: Date;
}
