import type { Queryable, Statement } from '@chat-app/database';
import type { NameKeys } from '../username-key';
import type { User } from './find-user';
import { USER_OF_NAME } from './user-of-name';

const FIND_USER_BY_NAME: Statement = {
  name: 'find_user_by_name',
  text: `select id, username, data from auth.users where id = (${USER_OF_NAME})`,
};

/** The user of this name. */
export async function findUserByName(on: Queryable, { exact, folded }: NameKeys): Promise<User | undefined> {
  const [row] = await on.query<User>(FIND_USER_BY_NAME, [exact, folded]);
  return row;
}
