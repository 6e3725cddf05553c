import type { Database } from '@chat-app/database';
import { findUnkeyedUsers } from './sql/find-unkeyed-users';
import { keyUsers } from './sql/key-users';
import { foldedName, looksOf } from './username-key';

const USERS_PER_STATEMENT = 500;

/**
 * Gives the users whom a version before it registered the keys and looks of their names; may be called again, by all pods at
 * once. Their names stay, also those that could not be registered today.
 */
export async function keyUsernames(database: Database, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const users = await findUnkeyedUsers(database, USERS_PER_STATEMENT);
    if (users.length === 0) return;
    const keys = users.map(({ id, username }) => ({ id, folded: foldedName(username), looks: looksOf(username) }));
    await keyUsers(database, keys);
  }
}
