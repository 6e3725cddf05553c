import type { Queryable } from '@chat-app/database';
import { route, type Route } from '@chat-app/platform';
import { RefreshRequest, SessionResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { announceSignedOut } from './announce-signed-out';
import { answerSession } from './answer-session';
import { hashRefreshToken, newSuccessorSalt, successorOf } from './refresh-token';
import { endSession } from './sql/end-session';
import { lockSessionOfToken, type LockedSession } from './sql/lock-session-of-token';
import { readRefreshToken } from './sql/read-refresh-token';
import { rotateRefreshToken } from './sql/rotate-refresh-token';

/** Seconds within which a token that was just used may come again, because its answer was lost. */
export const GRACE_S = 10;

type Outcome =
  | { kind: 'rotated' | 'repeated'; session: LockedSession; refreshToken: string }
  | { kind: 'reused'; session: LockedSession }
  | { kind: 'invalid' };

/** `POST /refresh`: a new access token, and the next refresh token. */
export function refreshSessionRoute(context: Context): Route {
  return route({
    method: 'POST',
    path: '/refresh',
    summary: 'Uses up a refresh token: answers with a new access token and the next refresh token.',
    access: 'public',
    body: RefreshRequest,
    responses: { 200: SessionResponse },
    async handle({ body }) {
      const outcome = await context.database.transaction((transaction) => refresh(context, transaction, body));
      context.metrics.refreshes.inc({ outcome: outcome.kind });
      if (outcome.kind === 'invalid') throw refusal('refresh_token_invalid', 'the refresh token is not valid');
      const { id, user_id } = outcome.session;
      if (outcome.kind === 'reused') {
        context.logger.warn('a used refresh token came again: its session was ended', { user_id, session_id: id });
        await announceSignedOut(context, user_id, [id], 'reuse');
        throw refusal('refresh_token_reused', 'the refresh token was used before; the session was ended');
      }
      return answerSession(context, 200, { userId: user_id, sessionId: id, refreshToken: outcome.refreshToken });
    },
  });
}

/**
 * States of a refresh token: unused → used, within the grace → used. An unused one is rotated. One used within the grace
 * is answered with the successor it was answered with the first time, as long as that was not used itself: then the
 * first answer did arrive. Any other use of a used token means that two hold it, one of them a thief, and nobody can
 * tell which: the session ends (RFC 9700, section 4.14.2). Rotation makes one chain, never a tree: also within the grace
 * there is one live token of a session, and a thief within it is found out when the second of the two uses it.
 */
async function refresh(context: Context, on: Queryable, body: { refresh_token: string }): Promise<Outcome> {
  const token = body.refresh_token;
  const hash = hashRefreshToken(token);
  const session = await lockSessionOfToken(on, hash);
  if (session === undefined || session.ended) return { kind: 'invalid' };
  const stored = await readRefreshToken(on, hash, GRACE_S);
  if (stored === undefined) return { kind: 'invalid' };
  if (stored.used) {
    if (stored.in_grace && stored.successor_salt !== null) {
      return { kind: 'repeated', session, refreshToken: successorOf(token, stored.successor_salt).token };
    }
    await endSession(on, session.id, 'reuse');
    return { kind: 'reused', session };
  }
  if (stored.expired) return { kind: 'invalid' };
  const successorSalt = newSuccessorSalt();
  const successor = successorOf(token, successorSalt);
  await rotateRefreshToken(on, {
    sessionId: session.id,
    hash,
    successorSalt,
    successorHash: successor.hash,
    refreshTokenTtlS: context.configuration.REFRESH_TOKEN_TTL_S,
  });
  return { kind: 'rotated', session, refreshToken: successor.token };
}
