import type { Queryable, Statement } from '@chat-app/database';
import type { CustomData } from '@chat-app/protocol';
import type { User } from './find-user';

const SET_USER_DATA: Statement = {
  name: 'set_user_data',
  text: 'update auth.users set data = $2 where id = $1 returning id, username, data',
};

/** Replaces the custom data of a user; null takes it away. @returns the user as it is now, undefined where there is none */
export async function setUserData(on: Queryable, userId: string, data: CustomData | null): Promise<User | undefined> {
  const [row] = await on.query<User>(SET_USER_DATA, [userId, data === null ? null : JSON.stringify(data)]);
  return row;
}
