import { asError } from '@chat-app/platform';
import { ENDED_SESSIONS_CHANNEL, writeEnvelope } from '@chat-app/protocol';
import type { Context } from '../context';
import type { EndReason } from './sql/end-session';

/**
 * Tells every pod that sessions of a user were ended, after the commit. Never rejects: during an outage of the fan-out
 * they learn of it within two seconds, through `GET /internal/sessions/ended`.
 */
export async function announceSignedOut(
  context: Pick<Context, 'metrics' | 'logger' | 'fanout' | 'audit'>,
  userId: string,
  sessionIds: readonly string[],
  reason: EndReason,
): Promise<void> {
  if (sessionIds.length === 0) return;
  context.metrics.sessionsEnded.inc({ reason }, sessionIds.length);
  context.audit.record({
    action: 'end_sessions',
    outcome: 'succeeded',
    reason,
    user_id: userId,
    count: sessionIds.length,
    ...(sessionIds.length === 1 && { session_id: sessionIds[0] }),
  });
  context.logger.info('sessions ended', { user_id: userId, sessions: sessionIds.length, reason });
  const envelope = writeEnvelope({ kind: 'signed_out', user_id: userId, session_ids: [...sessionIds] });
  try {
    await context.fanout.publish(ENDED_SESSIONS_CHANNEL, envelope);
  } catch (thrown) {
    context.metrics.announceFailures.inc();
    context.logger.warn('ended sessions were not announced; the pods find them with their next look', {
      user_id: userId,
      error: asError(thrown),
    });
  }
}
