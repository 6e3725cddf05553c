import type { Queryable, Statement } from '@chat-app/database';

const UPDATE_CONVERSATION: Statement = {
  name: 'update_conversation',
  text: `
update chat.conversations set title = coalesce($2, title), data = case when $3::boolean then $4::jsonb else data end
where id = $1`,
};

/** What to change: undefined stays as it is, `data: null` takes it away. */
export interface ConversationChange {
  title: string | undefined;
  data: object | null | undefined;
}

/** Gives a conversation another title or other data. */
export async function updateConversation(
  on: Queryable,
  id: string,
  { title, data }: ConversationChange,
): Promise<void> {
  const custom = data === undefined || data === null ? null : JSON.stringify(data);
  await on.query(UPDATE_CONVERSATION, [id, title ?? null, data !== undefined, custom]);
}
