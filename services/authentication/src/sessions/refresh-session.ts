import { timingSafeEqual } from 'node:crypto';
import type { Queryable } from '@chat-app/database';
import { route, type HttpResult, type Route, type RouteRequest } from '@chat-app/platform';
import { RefreshRequest, SessionResponse } from '@chat-app/protocol';
import { audited, type AuditSubject } from '../audited';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { announceSignedOut } from './announce-signed-out';
import { answerSession } from './answer-session';
import { chargeGuess } from '../throttling/charge-guess';
import { refuseThrottled } from '../throttling/refuse-throttled';
import { hashAttemptId, hashRefreshToken, newSuccessorSalt, successorOf } from './refresh-token';
import { endSession } from './sql/end-session';
import { lockSessionOfToken, type LockedSession } from './sql/lock-session-of-token';
import { readRefreshToken, type StoredRefreshToken } from './sql/read-refresh-token';
import { rotateRefreshToken } from './sql/rotate-refresh-token';

/**
 * Seconds within which a token that was just used may come again from a client of the version before, which gives no
 * attempt id. Goes with the release after this one; then an attempt id is required.
 */
const GRACE_S = 10;

type Outcome =
  | { kind: 'rotated' | 'repeated'; session: LockedSession; refreshToken: string; expiresAt: Date }
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
    handle: audited(context, 'refresh', refreshed, { successes: () => false }),
  });

  async function refreshed({ body, address }: RefreshCall, subject: AuditSubject): Promise<HttpResult> {
    const outcome = await judged(body, address);
    context.metrics.refreshes.inc({ outcome: outcome.kind });
    if (outcome.kind === 'invalid') throw refusal('refresh_token_invalid', 'the refresh token is not valid');
    const { id, user_id } = outcome.session;
    subject.userId = user_id;
    if (outcome.kind === 'reused') {
      context.logger.warn('a used refresh token came again: its session was ended', { user_id, session_id: id });
      await announceSignedOut(context, user_id, [id], 'reuse');
      throw refusal('refresh_token_reused', 'the refresh token was used before; the session was ended');
    }
    const { refreshToken, expiresAt } = outcome;
    return answerSession(context, 200, { userId: user_id, sessionId: id, refreshToken, expiresAt });
  }

  function judged(body: RefreshRequest, address: string): Promise<Outcome> {
    const judge = () => context.database.transaction((transaction) => refresh(context, transaction, body));
    return chargeGuess(context, context.tokenLimits.addresses, address, judge, ({ kind }) => kind === 'invalid');
  }
}

type RefreshCall = RouteRequest<undefined, undefined, RefreshRequest>;

/**
 * States of a refresh token: unused → used → used, and so is its successor. An unused one is rotated. A used one is
 * answered with the same successor where the attempt that used it comes again, since its answer may have been lost; not
 * any more once the successor was used, for then it did arrive. However long that takes: an attempt is known by its id,
 * not by the clock. Any other use of a used token means that two hold it, one of them a thief, and nobody can tell which:
 * the session ends (RFC 9700, section 4.14.2). Rotation makes one chain, never a tree.
 */
async function refresh(context: Context, on: Queryable, body: RefreshRequest): Promise<Outcome> {
  const { refresh_token: token, attempt_id: attemptId } = body;
  const hash = hashRefreshToken(token);
  const session = await lockSessionOfToken(on, hash);
  if (session === undefined || session.ended) return { kind: 'invalid' };
  const stored = await readRefreshToken(on, hash, GRACE_S);
  if (stored === undefined) return { kind: 'invalid' };
  if (stored.used) {
    if (stored.successor_salt !== null && isSameAttempt(stored, attemptId)) {
      chargeSession(context, session.id);
      const { token: refreshToken } = successorOf(token, stored.successor_salt);
      return { kind: 'repeated', session, refreshToken, expiresAt: session.expires_at };
    }
    await endSession(on, session.id, 'reuse');
    return { kind: 'reused', session };
  }
  if (stored.expired) return { kind: 'invalid' };
  chargeSession(context, session.id);
  const successorSalt = newSuccessorSalt();
  const successor = successorOf(token, successorSalt);
  const expiresAt = await rotateRefreshToken(on, {
    sessionId: session.id,
    hash,
    successorSalt,
    attemptHash: hashAttemptId(attemptId),
    successorHash: successor.hash,
    refreshTokenTtlS: context.configuration.REFRESH_TOKEN_TTL_S,
    maxAgeS: context.configuration.SESSION_MAX_AGE_S,
  });
  return { kind: 'rotated', session, refreshToken: successor.token, expiresAt };
}

function isSameAttempt(stored: StoredRefreshToken, attemptId: string | undefined): boolean {
  const used = stored.attempt_hash;
  if (attemptId !== undefined && used?.length === 32) return timingSafeEqual(used, hashAttemptId(attemptId));
  // By the clock where the client that used it gave no id, or a pod of the version before did not read it.
  return stored.in_grace && (used === null || (attemptId === undefined && used.length === 0));
}

/**
 * Asked after the judging of reuse: who repeats an attempt of his own without end must not hide from it.
 * @throws HttpError rate_limited
 */
function chargeSession(context: Context, sessionId: string): void {
  refuseThrottled(context, 'session', context.tokenLimits.sessions.take(sessionId, context.now()));
}
