import { ENDED_SESSIONS_CHANNEL, readEnvelope } from '@chat-app/protocol';
import type { Fanout } from '@chat-app/fanout';
import type { StandingSessions } from '@chat-app/tokens';

/**
 * Tells the pod's sessions what authentication says over the fan-out. Becomes the fan-out's one receiver. An outage costs
 * a second or two: what ended is looked up too.
 */
export function followEndedSessions(fanout: Fanout, sessions: Pick<StandingSessions, 'notifyEnded'>): void {
  fanout.onMessage((channel, payload) => {
    if (channel !== ENDED_SESSIONS_CHANNEL) return;
    const read = readEnvelope(payload);
    if (!read.ok || read.envelope.kind !== 'signed_out') return;
    sessions.notifyEnded(read.envelope.user_id, read.envelope.session_ids ?? []);
  });
  // Where it is unavailable the channel stays wanted.
  fanout.subscribe([ENDED_SESSIONS_CHANNEL]).catch(() => undefined);
}
