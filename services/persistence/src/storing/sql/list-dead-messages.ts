import type { Queryable, Statement } from '@chat-app/database';

const LIST_DEAD_MESSAGES: Statement = {
  name: 'list_dead_messages',
  text: `
select id, key, value, headers, redrive_count, error_code, message_id, conversation_id, failed_at
from chat.dead_messages
where redriven_at is null and id > $1::bigint and id <= $2::bigint
  and ($3::text is null or error_code = $3)
  and ($4::timestamptz is null or failed_at >= $4)
  and ($5::uuid is null or conversation_id = $5)
order by id limit $6`,
};

/** A dead message as the archive has it. */
export interface ArchivedMessage {
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

/** What is asked of dead messages; what is undefined lets all through. */
export interface DeadMessageFilter {
  code?: string | undefined;
  since?: Date | undefined;
  conversationId?: string | undefined;
}

/** Dead messages of ids after `after` up to `upTo`, not yet redriven, that the filter lets through: oldest first. */
export function listDeadMessages(
  on: Queryable,
  { code, since, conversationId }: DeadMessageFilter,
  { after, upTo, size }: { after: number; upTo: number; size: number },
): Promise<ArchivedMessage[]> {
  const filter = [code ?? null, since ?? null, conversationId ?? null];
  return on.query<ArchivedMessage>(LIST_DEAD_MESSAGES, [after, upTo, ...filter, size]);
}
