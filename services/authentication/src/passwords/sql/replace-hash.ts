import type { Queryable, Statement } from '@chat-app/database';

const REPLACE_HASH: Statement = {
  name: 'replace_hash',
  text: 'update auth.users set password_hash = $3 where id = $1 and password_hash = $2',
};

/** Stores another hash of the same password, unless the hash changed meanwhile. */
export async function replaceHash(on: Queryable, userId: string, former: string, hash: string): Promise<void> {
  await on.query(REPLACE_HASH, [userId, former, hash]);
}
