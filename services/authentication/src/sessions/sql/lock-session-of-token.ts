import type { Queryable, Statement } from '@chat-app/database';

const LOCK_SESSION_OF_TOKEN: Statement = {
  name: 'lock_session_of_token',
  text: `
    select id, user_id, ended_at is not null as ended, expires_at
    from auth.sessions
    where id = (select session_id from auth.refresh_tokens where hash = $1)
    for update`,
};

export interface LockedSession {
  id: string;
  user_id: string;
  ended: boolean;
  /** When it ends by itself. */
  expires_at: Date;
}

/**
 * Locks the session that a refresh token belongs to until the transaction ends. Everything that happens to a session's
 * tokens happens under this one lock, so there is no order of locks to get wrong. What is read of the tokens must be
 * read by a later statement: its snapshot is younger than the lock.
 */
export async function lockSessionOfToken(on: Queryable, hash: Uint8Array): Promise<LockedSession | undefined> {
  const [row] = await on.query<LockedSession>(LOCK_SESSION_OF_TOKEN, [hash]);
  return row;
}
