import type { Queryable, Statement } from '@chat-app/database';

const FIND_UNKNOWN_USERS: Statement = {
  name: 'find_unknown_users',
  text: `
    select asked.id
    from unnest($1::uuid[]) as asked (id)
    where not exists (select from auth.users where users.id = asked.id)`,
};

/** Those of the ids that are no user's: one lookup in the primary key for each. */
export async function findUnknownUsers(on: Queryable, userIds: readonly string[]): Promise<string[]> {
  const rows = await on.query<{ id: string }>(FIND_UNKNOWN_USERS, [userIds]);
  return rows.map((row) => row.id);
}
