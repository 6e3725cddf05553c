import type { Queryable, Statement } from '@chat-app/database';

const SET_PASSWORD: Statement = {
  name: 'set_password',
  text: 'update auth.users set password_hash = $2, password_version = password_version + 1 where id = $1',
};

/** Sets the password of a user, whatever it was. */
export async function setPassword(on: Queryable, userId: string, passwordHash: string): Promise<void> {
  await on.query(SET_PASSWORD, [userId, passwordHash]);
}
