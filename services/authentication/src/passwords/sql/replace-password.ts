import type { Queryable, Statement } from '@chat-app/database';

const REPLACE_PASSWORD: Statement = {
  name: 'replace_password',
  text: `
    update auth.users set password_hash = $3, password_version = password_version + 1, initial_password_until = null
    where id = $1 and password_version = $2
    returning id`,
};

/** Sets a new password, of the user's own. False where another change came first. */
export async function replacePassword(
  on: Queryable,
  userId: string,
  passwordVersion: number,
  passwordHash: string,
): Promise<boolean> {
  const rows = await on.query(REPLACE_PASSWORD, [userId, passwordVersion, passwordHash]);
  return rows.length === 1;
}
