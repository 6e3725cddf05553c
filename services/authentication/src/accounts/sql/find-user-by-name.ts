import type { Queryable, Statement } from '@chat-app/database';
import type { User } from './find-user';

const FIND_USER_BY_NAME: Statement = {
  name: 'find_user_by_name',
  text: 'select id, username, username_key, data from auth.users where username_key = $1',
};

/** The user of this name key. */
export async function findUserByName(on: Queryable, usernameKey: string): Promise<User | undefined> {
  const [row] = await on.query<User>(FIND_USER_BY_NAME, [usernameKey]);
  return row;
}
