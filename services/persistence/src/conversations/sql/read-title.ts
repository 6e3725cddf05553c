import type { Queryable, Statement } from '@chat-app/database';

const READ_TITLE: Statement = {
  name: 'read_title',
  text: `
select title from chat.conversations where id = $1`,
};

/** The title of a group; empty where there is none. */
export async function readTitle(on: Queryable, conversationId: string): Promise<string> {
  const [row] = await on.query<{ title: string | null }>(READ_TITLE, [conversationId]);
  return row?.title ?? '';
}
