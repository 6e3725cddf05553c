import type { Queryable, Statement } from '@chat-app/database';

/** Values come as `\x…`, headers as JSON texts. */
const INSERT_DEAD_MESSAGES: Statement = {
  name: 'insert_dead_messages',
  text: `
with archived as (
  insert into chat.dead_messages (source_topic, source_partition, source_offset, redrive_count, key, value, headers,
    error_code, error, message_id, conversation_id, failed_at)
  select * from unnest($1::text[], $2::integer[], $3::bigint[], $4::integer[], $5::text[], $6::bytea[], $7::jsonb[],
    $8::text[], $9::text[], $10::uuid[], $11::uuid[], $12::timestamptz[])
  on conflict do nothing
  returning error_code
)
select error_code as code, count(*)::integer as count from archived group by error_code`,
};

/** A dead message as the archive keeps it. Texts are such as PostgreSQL can hold. */
export interface DeadMessage {
  sourceTopic: string;
  sourcePartition: number;
  /** Decimal. */
  sourceOffset: string;
  redriveCount: number;
  key: string;
  value: Uint8Array;
  headers: Record<string, string>;
  code: string;
  error: string;
  messageId: string | undefined;
  conversationId: string | undefined;
  failedAt: Date;
}

/** Archives dead messages; one that is there already stays as it is. Answers how many are new, by code. */
export function insertDeadMessages(
  on: Queryable,
  messages: readonly DeadMessage[],
): Promise<{ code: string; count: number }[]> {
  return on.query<{ code: string; count: number }>(INSERT_DEAD_MESSAGES, [
    messages.map((message) => message.sourceTopic),
    messages.map((message) => message.sourcePartition),
    messages.map((message) => message.sourceOffset),
    messages.map((message) => message.redriveCount),
    messages.map((message) => message.key),
    messages.map((message) => `\\x${Buffer.from(message.value).toString('hex')}`),
    messages.map((message) => JSON.stringify(message.headers)),
    messages.map((message) => message.code),
    messages.map((message) => message.error),
    messages.map((message) => message.messageId ?? null),
    messages.map((message) => message.conversationId ?? null),
    messages.map((message) => message.failedAt),
  ]);
}
