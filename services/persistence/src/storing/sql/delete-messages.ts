import type { Queryable, Statement } from '@chat-app/database';

const DELETE_MESSAGES: Statement = {
  name: 'delete_messages',
  text: `
with taken_back as (
  delete from chat.reactions r where r.message_id = any ($1::uuid[])
)
update chat.messages m set content = '', data = null, extra = null, deleted_at = d.at, deleted_by = d.actor_id
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as d (id, actor_id, at)
where m.id = d.id and m.deleted_at is null`,
};

/** Takes the content and the reactions of messages away. The first deletion is the one that is told. */
export async function deleteMessages(
  on: Queryable,
  deletions: readonly { message_id: string; actor_id?: string | undefined; at?: string | undefined }[],
): Promise<void> {
  await on.query(DELETE_MESSAGES, [
    deletions.map((deletion) => deletion.message_id),
    deletions.map((deletion) => deletion.actor_id ?? null),
    deletions.map((deletion) => deletion.at ?? new Date().toISOString()),
  ]);
}
