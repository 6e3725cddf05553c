import type { Queryable, Statement } from '@chat-app/database';

const FORGET_LOGIN_ATTEMPTS: Statement = {
  name: 'forget_login_attempts',
  text: 'delete from auth.login_throttles where key = $1',
};

/** Forgets the failures counted for a name. */
export async function forgetLoginAttempts(on: Queryable, key: Uint8Array): Promise<void> {
  await on.query(FORGET_LOGIN_ATTEMPTS, [key]);
}
