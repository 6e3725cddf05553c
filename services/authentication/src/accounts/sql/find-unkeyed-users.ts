import type { Queryable, Statement } from '@chat-app/database';

const FIND_UNKEYED_USERS: Statement = {
  name: 'find_unkeyed_users',
  text: 'select id, username from auth.users where folded_key is null order by id limit $1',
};

/** Users whom a version before full case folding registered. */
export function findUnkeyedUsers(on: Queryable, limit: number): Promise<{ id: string; username: string }[]> {
  return on.query(FIND_UNKEYED_USERS, [limit]);
}
