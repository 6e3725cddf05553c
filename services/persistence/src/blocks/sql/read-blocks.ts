import { LIMITS } from '@chat-app/protocol';
import type { Queryable, Statement } from '@chat-app/database';

/** Ids of those with whom a user exchanges no direct messages. Whom they block themselves is there whole, of who blocks them the newest. */
export function blockedWith(user: string, newest: string): string {
  return `
  select b.blocked_id as id from chat.blocks b where b.user_id = ${user}
  union
  (select b.user_id from chat.blocks b where b.blocked_id = ${user} order by b.at desc limit ${newest})`;
}

/** One row for each user who has any. */
const READ_BLOCKS: Statement = {
  name: 'read_blocks',
  text: `
select u.user_id, array_agg(other.id order by other.id) as others
from (select distinct unnest($1::uuid[])) u (user_id)
cross join lateral (${blockedWith('u.user_id', '$2')}
) other
group by u.user_id`,
};

/** With whom each of these users exchanges no direct messages, whoever of the two blocks; users without any are left out. */
export async function readBlocks(on: Queryable, userIds: readonly string[]): Promise<Record<string, string[]>> {
  const rows = await on.query<{ user_id: string; others: string[] }>(READ_BLOCKS, [userIds, LIMITS.blocks]);
  return Object.fromEntries(rows.map((row) => [row.user_id, row.others]));
}
