import type { HttpResult } from '@chat-app/platform';
import type { SessionResponse } from '@chat-app/protocol';
import type { Context } from '../context';

export interface GrantedSession {
  userId: string;
  sessionId: string;
  refreshToken: string;
  /** When the session ends by itself. */
  expiresAt: Date;
  /** What its device sends along when it logs in again; only where it just logged in. */
  deviceProof?: string;
}

/** The answer that carries tokens: a fresh access token of the session beside its refresh token. Never to be cached. */
export function answerSession(context: Context, status: number, session: GrantedSession): HttpResult {
  const { userId, sessionId, refreshToken, expiresAt, deviceProof } = session;
  const access = context.signer.sign({ userId, sessionId, sessionExpiresAt: expiresAt });
  const body: SessionResponse = {
    user_id: userId,
    token: access.token,
    expires_in: access.expiresInS,
    refresh_token: refreshToken,
    ...(deviceProof !== undefined && { device_proof: deviceProof }),
  };
  return { status, body, headers: { 'cache-control': 'no-store' } };
}
