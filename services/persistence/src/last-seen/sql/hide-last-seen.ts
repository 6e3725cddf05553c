import type { Queryable, Statement } from '@chat-app/database';

const HIDE_LAST_SEEN: Statement = {
  name: 'hide_last_seen',
  text: `
insert into chat.last_seen (user_id, is_hidden) values ($1, $2)
on conflict (user_id) do update set is_hidden = excluded.is_hidden where last_seen.is_hidden <> excluded.is_hidden`,
};

/** Whether a user lets nobody know when they were here last. */
export async function hideLastSeen(on: Queryable, userId: string, isHidden: boolean): Promise<void> {
  await on.query(HIDE_LAST_SEEN, [userId, isHidden]);
}
