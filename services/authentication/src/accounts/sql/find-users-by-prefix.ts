import type { Queryable, Statement } from '@chat-app/database';

/** By bytes, as the index of migration 013 is: no name has the last code point there is. */
const FIND_USERS_BY_PREFIX: Statement = {
  name: 'find_users_by_prefix',
  text: `
    select id as user_id, username from auth.users
    where folded_key ~>=~ $1::text and folded_key ~<~ ($1::text || U&'\\+10FFFF') and disabled_at is null and id <> $2
    order by folded_key using ~<~, id
    limit $3`,
};

/** Users but one whose folded key begins like this, in the order of their keys. Disabled users are left out. */
export function findUsersByPrefix(
  on: Queryable,
  prefix: string,
  butUserId: string,
  limit: number,
): Promise<{ user_id: string; username: string }[]> {
  return on.query(FIND_USERS_BY_PREFIX, [prefix, butUserId, limit]);
}
