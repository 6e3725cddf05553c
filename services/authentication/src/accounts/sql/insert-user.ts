import type { Queryable, Statement } from '@chat-app/database';
import type { NameKeys } from '../username-key';

const INSERT_USER: Statement = {
  name: 'insert_user',
  text: `
    insert into auth.users (id, username, username_key, folded_key, password_hash)
    values ($1, $2, $3, $4, $5)
    on conflict do nothing
    returning id`,
};

export interface NewUser {
  id: string;
  username: string;
  keys: NameKeys;
  passwordHash: string;
}

/** Adds a user. False where the id or the name (whatever its case) is taken. */
export async function insertUser(on: Queryable, user: NewUser): Promise<boolean> {
  const rows = await on.query(INSERT_USER, [
    user.id,
    user.username,
    user.keys.exact,
    user.keys.folded,
    user.passwordHash,
  ]);
  return rows.length === 1;
}
