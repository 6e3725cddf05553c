import type { Queryable, Statement } from '@chat-app/database';

const RECORD_LAST_SEEN: Statement = {
  name: 'record_last_seen',
  text: `
insert into chat.last_seen (user_id, at)
select distinct u.user_id, now() from unnest($1::uuid[]) u (user_id) order by u.user_id
on conflict (user_id) do update set at = greatest(last_seen.at, excluded.at)`,
};

/** These users were here until now. Rows are locked in the order of their key. */
export async function recordLastSeen(on: Queryable, userIds: readonly string[]): Promise<void> {
  await on.query(RECORD_LAST_SEEN, [userIds]);
}
