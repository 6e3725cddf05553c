import type { Queryable, Statement } from '@chat-app/database';

/**
 * The share lock on the user makes it wait for a password change in progress, and makes a later one wait for it: a
 * session that a former password opened either is not opened or is seen, and ended, by the change.
 */
const OPEN_SESSION: Statement = {
  name: 'open_session',
  text: `
    with account as (
      select id from auth.users where id = $2 and password_version = $3 and disabled_at is null for share
    ), session as (
      insert into auth.sessions (id, user_id, expires_at, device_name, user_agent)
      select $1, id, clock_timestamp() + make_interval(secs => least($5::double precision, $8::double precision)), $6, $7 from account
      returning id, expires_at
    )
    insert into auth.refresh_tokens (hash, session_id, expires_at)
    select $4, id, expires_at from session
    returning expires_at`,
};

/** What a user sees of the device of a session. */
export interface SessionDevice {
  /** As the client named it. */
  name?: string | undefined;
  userAgent?: string | undefined;
}

export interface NewSession {
  id: string;
  userId: string;
  /** Version of the password that was verified. */
  passwordVersion: number;
  refreshTokenHash: Uint8Array;
  refreshTokenTtlS: number;
  maxAgeS: number;
  device: SessionDevice;
}

/** Opens a session with its first refresh token. @returns when it ends by itself; undefined where the password was changed since it was verified, or the user was disabled. */
export async function openSession(on: Queryable, session: NewSession): Promise<Date | undefined> {
  const [row] = await on.query<{ expires_at: Date }>(OPEN_SESSION, [
    session.id,
    session.userId,
    session.passwordVersion,
    session.refreshTokenHash,
    session.refreshTokenTtlS,
    session.device.name ?? null,
    session.device.userAgent ?? null,
    session.maxAgeS,
  ]);
  return row?.expires_at;
}
