import type { Queryable, Statement } from '@chat-app/database';

const INSERT_USER: Statement = {
  name: 'insert_user',
  text: `
    insert into auth.users (id, username, username_key, password_hash)
    values ($1, $2, $3, $4)
    on conflict do nothing
    returning id`,
};

export interface NewUser {
  id: string;
  username: string;
  usernameKey: string;
  passwordHash: string;
}

/** Adds a user. False where the id or the name (whatever its case) is taken. */
export async function insertUser(on: Queryable, user: NewUser): Promise<boolean> {
  const rows = await on.query(INSERT_USER, [user.id, user.username, user.usernameKey, user.passwordHash]);
  return rows.length === 1;
}
