import type { Queryable, Statement } from '@chat-app/database';
import type { CustomData } from '@chat-app/protocol';

const FIND_USER: Statement = {
  name: 'find_user',
  text: 'select id, username, data from auth.users where id = $1',
};

export interface User {
  id: string;
  username: string;
  /** Custom data; null where there is none. */
  data: CustomData | null;
}

/** The user of this id. */
export async function findUser(on: Queryable, userId: string): Promise<User | undefined> {
  const [row] = await on.query<User>(FIND_USER, [userId]);
  return row;
}
