import type { Queryable, Statement } from '@chat-app/database';

/** The newest edit by its time is what counts, so that every copy comes to the same in whatever order edits arrive. */
const EDIT_MESSAGES: Statement = {
  name: 'edit_messages',
  text: `
update chat.messages m set content = e.content, data = e.data, edited_at = e.at
from (
  select distinct on (x.id) x.id, x.content, x.data, x.at
  from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[]) with ordinality as x (id, content, data, at, ordinal)
  order by x.id, x.at desc, x.ordinal desc
) e
where m.id = e.id and m.deleted_at is null and (m.edited_at is null or m.edited_at <= e.at)`,
};

/** Gives messages their newest content. A deleted message stays as it is. */
export async function editMessages(
  on: Queryable,
  edits: readonly { message_id: string; content: string; data?: object | undefined; at?: string | undefined }[],
): Promise<void> {
  await on.query(EDIT_MESSAGES, [
    edits.map((edit) => edit.message_id),
    edits.map((edit) => edit.content),
    edits.map((edit) => (edit.data === undefined ? null : JSON.stringify(edit.data))),
    edits.map((edit) => edit.at ?? new Date().toISOString()),
  ]);
}
