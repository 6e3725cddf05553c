import type { Queryable, Statement } from '@chat-app/database';

const DISABLE_UNCHANGED_USERS: Statement = {
  name: 'disable_unchanged_users',
  text: `
    update auth.users set disabled_at = clock_timestamp(), decided_by = 'service'
    where id = any($1::uuid[]) and password_version = 1 and disabled_at is null and decided_by is distinct from 'operator'
    returning id, username`,
};

/**
 * Disables those of the users who never changed their passwords, but for those whom an operator enabled; answers whom it
 * disabled.
 */
export function disableUnchangedUsers(
  on: Queryable,
  userIds: readonly string[],
): Promise<{ id: string; username: string }[]> {
  return on.query(DISABLE_UNCHANGED_USERS, [userIds]);
}
