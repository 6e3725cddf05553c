import type { Queryable, Statement } from '@chat-app/database';

const INSPECT_DEAD_MESSAGES: Statement = {
  name: 'inspect_dead_messages',
  text: `
select id, message_id, conversation_id, error_code, error, failed_at, redriven_at, redrive_count,
  source_topic, source_partition, source_offset::text as source_offset, octet_length(value) as value_bytes,
  case when $4::boolean then encode(value, 'escape') end as value
from chat.dead_messages
where ($1::uuid is null or message_id = $1) and ($2::text is null or error_code = $2)
order by id desc limit $3`,
};

/** A dead message for an operator. */
export interface InspectedDeadMessage {
  id: number;
  message_id: string | null;
  conversation_id: string | null;
  error_code: string;
  error: string;
  failed_at: Date;
  redriven_at: Date | null;
  redrive_count: number;
  source_topic: string;
  source_partition: number;
  source_offset: string;
  value_bytes: number;
  value: string | null;
}

/** Dead messages of an id, of a code, or all; newest first, at most `limit`; their value only where `content`. */
export function inspectDeadMessages(
  on: Queryable,
  { messageId, code }: { messageId?: string; code?: string | undefined },
  { limit, content }: { limit: number; content: boolean },
): Promise<InspectedDeadMessage[]> {
  return on.query<InspectedDeadMessage>(INSPECT_DEAD_MESSAGES, [messageId ?? null, code ?? null, limit, content]);
}
