import type { Queryable, Statement } from '@chat-app/database';

const HIDES_LAST_SEEN: Statement = {
  name: 'hides_last_seen',
  text: `
select exists (select from chat.last_seen s where s.user_id = $1 and s.is_hidden) as is_hidden`,
};

/** Whether a user lets nobody know when they were here last. */
export async function hidesLastSeen(on: Queryable, userId: string): Promise<boolean> {
  const [row] = await on.query<{ is_hidden: boolean }>(HIDES_LAST_SEEN, [userId]);
  return row?.is_hidden === true;
}
