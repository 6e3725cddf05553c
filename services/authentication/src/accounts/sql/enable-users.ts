import type { Queryable, Statement } from '@chat-app/database';

const ENABLE_USERS: Statement = {
  name: 'enable_users',
  text: `
    update auth.users set disabled_at = null
    where id = any($1::uuid[]) and disabled_at is not null and decided_by = 'service'`,
};

/** Lets those of the users log in again whom the service itself disabled. */
export async function enableUsers(on: Queryable, userIds: readonly string[]): Promise<void> {
  await on.query(ENABLE_USERS, [userIds]);
}
