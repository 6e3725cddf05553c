import type { Queryable, Statement } from '@chat-app/database';

/** A device that confirmed something later was there then: of a pod that died nobody said who was connected to it. */
const FIND_LAST_SEEN: Statement = {
  name: 'find_last_seen',
  text: `
select u.user_id, greatest(
  s.at, (select max(c.updated_at) from chat.cursors c where c.user_id = u.user_id)
) as at
from (select distinct unnest($1::uuid[])) u (user_id) left join chat.last_seen s on s.user_id = u.user_id
where s.is_hidden is not true`,
};

/** When these users were here last, null where that is not known; those who hide it are left out. */
export function findLastSeen(
  on: Queryable,
  userIds: readonly string[],
): Promise<readonly { user_id: string; at: Date | null }[]> {
  return on.query(FIND_LAST_SEEN, [userIds]);
}
