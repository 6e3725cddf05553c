import type { Context } from '../context';
import { announceSignedOut } from '../sessions/announce-signed-out';
import { endAllSessions } from '../sessions/sql/end-all-sessions';
import { claimLooks } from './sql/claim-looks';
import { disableUnchangedUsers } from './sql/disable-unchanged-users';
import { enableUsers } from './sql/enable-users';
import { insertUser } from './sql/insert-user';
import { findUserByName } from './sql/find-user-by-name';
import { looksOf, nameKeys } from './username-key';

/** user1 and user2 have the ids that legacy clients know. */
export const DEMO_USERS = [
  { id: '123e4567-e89b-12d3-a456-426614174000', username: 'user1', password: 'pwd1' },
  { id: '789e0123-e45b-67d8-a901-324534567890', username: 'user2', password: 'pwd2' },
  { id: '3f0c6a3e-5b1d-4c57-9e0a-0b6f6f2d1a03', username: 'user3', password: 'pwd3' },
  { id: '4a7d1f52-8c2e-4d68-8f1b-1c7a7e3e2b04', username: 'user4', password: 'pwd4' },
  { id: '5b8e2a63-9d3f-4e79-a02c-2d8b8f4f3c05', username: 'user5', password: 'pwd5' },
] as const;

const DEMO_USER_IDS = DEMO_USERS.map(({ id }) => id);

/**
 * Creates those of the demo users that are missing, and enables those that a start without them disabled, not those that an
 * operator did; theirs are passwords that registering would refuse.
 */
export async function createDemoUsers(context: Context): Promise<void> {
  await enableUsers(context.database, DEMO_USER_IDS);
  for (const { id, username, password } of DEMO_USERS) {
    const keys = nameKeys(username);
    const known = await findUserByName(context.database, keys);
    if (known === undefined) {
      const passwordHash = await context.passwords.inTurn('', (turn) => turn.hash(password));
      await insertUser(context.database, { id, username, keys, passwordHash });
    } else if (known.id !== id) {
      context.logger.warn('a demo user name is taken by another user', { username, user_id: known.id });
      continue;
    }
    // Nobody who registers later may look like one of them.
    await claimLooks(context.database, id, looksOf(username));
  }
  context.logger.warn('demo users with well-known passwords exist: not for production', {
    usernames: DEMO_USERS.map((user) => user.username),
  });
}

/** Disables the demo users that a start with DEMO_USERS left behind, but for those whose passwords were changed since, or whom an operator enabled. */
export async function disableDemoUsers(context: Context): Promise<void> {
  const ended: { id: string; sessions: string[] }[] = [];
  const disabled = await context.database.transaction(async (transaction) => {
    const users = await disableUnchangedUsers(transaction, DEMO_USER_IDS);
    for (const { id } of users) ended.push({ id, sessions: await endAllSessions(transaction, id, 'disabled') });
    return users;
  });
  if (disabled.length === 0) return;
  for (const { id, sessions } of ended) await announceSignedOut(context, id, sessions, 'disabled');
  context.logger.warn('demo users with well-known passwords were disabled: DEMO_USERS is off', {
    usernames: disabled.map(({ username }) => username),
  });
}
