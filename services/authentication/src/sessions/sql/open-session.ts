import type { Queryable, Statement } from '@chat-app/database';

/**
 * The share lock on the user makes it wait for a password change in progress, and makes a later one wait for it: a
 * session that a former password opened either is not opened or is seen, and ended, by the change.
 */
const OPEN_SESSION: Statement = {
  name: 'open_session',
  text: `
    with account as (
      select id from auth.users where id = $2 and password_version = $3 for share
    ), session as (
      insert into auth.sessions (id, user_id, expires_at)
      select $1, id, clock_timestamp() + make_interval(secs => $5) from account
      returning id, expires_at
    )
    insert into auth.refresh_tokens (hash, session_id, expires_at)
    select $4, id, expires_at from session
    returning session_id`,
};

export interface NewSession {
  id: string;
  userId: string;
  /** Version of the password that was verified. */
  passwordVersion: number;
  refreshTokenHash: Uint8Array;
  refreshTokenTtlS: number;
}

/** Opens a session with its first refresh token. False where the password was changed since it was verified. */
export async function openSession(on: Queryable, session: NewSession): Promise<boolean> {
  const rows = await on.query(OPEN_SESSION, [
    session.id,
    session.userId,
    session.passwordVersion,
    session.refreshTokenHash,
    session.refreshTokenTtlS,
  ]);
  return rows.length === 1;
}
