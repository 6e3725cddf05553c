import type { Queryable, Statement } from '@chat-app/database';

/** Counts no further than it must. */
const FIND_FULL_USERS: Statement = {
  name: 'find_full_users',
  text: `
select u.user_id from unnest($1::uuid[]) u (user_id)
where exists (select from chat.members m where m.user_id = u.user_id and m.in_group offset $2::integer - 1)
order by u.user_id limit 1`,
};

/** One of these users who is in so many groups or more; nobody where none is. */
export async function findFullUsers(on: Queryable, userIds: readonly string[], groups: number): Promise<string[]> {
  const rows = await on.query<{ user_id: string }>(FIND_FULL_USERS, [userIds, groups]);
  return rows.map((row) => row.user_id);
}
