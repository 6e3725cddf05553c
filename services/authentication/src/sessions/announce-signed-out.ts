import { asError } from '@chat-app/platform';
import { encodeEnvelope, userChannel } from '@chat-app/protocol';
import type { Context } from '../context';
import type { EndReason } from './sql/end-session';

/**
 * Tells the websocket pods that sessions of a user were ended, after the commit. Never rejects: where the fan-out is
 * away the pods learn of it from their next sweep, through `/internal/sessions/ended`.
 */
export async function announceSignedOut(
  context: Context,
  userId: string,
  sessionIds: readonly string[],
  reason: EndReason,
): Promise<void> {
  if (sessionIds.length === 0) return;
  context.metrics.sessionsEnded.inc({ reason }, sessionIds.length);
  context.logger.info('sessions ended', { user_id: userId, sessions: sessionIds.length, reason });
  const envelope = encodeEnvelope({ kind: 'signed_out', user_id: userId, session_ids: [...sessionIds] });
  try {
    await context.fanout.publish(userChannel(userId), envelope);
  } catch (thrown) {
    context.metrics.announceFailures.inc();
    context.logger.warn('ended sessions were not announced; reconciliation in the websocket pods finds them', {
      user_id: userId,
      error: asError(thrown),
    });
  }
}
