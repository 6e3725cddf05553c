import type { Statement } from '@chat-app/database';

/** Archives dead messages; one that is there already stays as it is. Values come as `\x…`, headers as JSON texts. */
export const ARCHIVE_DEAD_MESSAGES: Statement = {
  name: 'archive_dead_messages',
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

export interface ArchiveDeadMessagesRow {
  code: string;
  count: number;
}
