import type { Queryable, Statement } from '@chat-app/database';

const FIND_CREDENTIALS: Statement = {
  name: 'find_credentials',
  text: 'select id, password_hash, password_version from auth.users where username_key = $1',
};

/** What a password is verified against. */
export interface Credentials {
  id: string;
  password_hash: string;
  /** Counts password changes. */
  password_version: number;
}

/** Credentials of the user of this name key. */
export async function findCredentials(on: Queryable, usernameKey: string): Promise<Credentials | undefined> {
  const [row] = await on.query<Credentials>(FIND_CREDENTIALS, [usernameKey]);
  return row;
}
