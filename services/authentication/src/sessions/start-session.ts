import type { Queryable } from '@chat-app/database';
import { newId } from '@chat-app/protocol';
import type { Context } from '../context';
import { openSession, type SessionDevice } from './sql/open-session';
import type { GrantedSession } from './answer-session';
import { newRefreshToken } from './refresh-token';

/** Opens a session of a user whose password was verified. Undefined where it was changed since. */
export async function startSession(
  context: Context,
  on: Queryable,
  user: { id: string; password_version: number },
  device: SessionDevice,
): Promise<GrantedSession | undefined> {
  const id = newId();
  const refresh = newRefreshToken();
  const expiresAt = await openSession(on, {
    id,
    userId: user.id,
    passwordVersion: user.password_version,
    refreshTokenHash: refresh.hash,
    refreshTokenTtlS: context.configuration.REFRESH_TOKEN_TTL_S,
    maxAgeS: context.configuration.SESSION_MAX_AGE_S,
    device,
  });
  return expiresAt && { userId: user.id, sessionId: id, refreshToken: refresh.token, expiresAt };
}
