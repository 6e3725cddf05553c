import { createEmbeddedBus, createEmbeddedFanout } from '@chat-app/embedded/fanout';
import { ENDED_SESSIONS_CHANNEL, userChannel, writeEnvelope } from '@chat-app/protocol';
import { followEndedSessions } from './follow-ended-sessions';

describe('what persistence is told of sessions', () => {
  it('is that they ended, on their own channel and no other, and nothing that cannot be read', async () => {
    const bus = createEmbeddedBus();
    const [pod, other] = [createEmbeddedFanout({ bus }), createEmbeddedFanout({ bus })];
    const received: [string, readonly string[]][] = [];
    const all = new Promise<void>((resolve) => {
      followEndedSessions(pod, {
        notifyEnded: (userId, sessionIds) => {
          received.push([userId, sessionIds]);
          if (userId === 'last') resolve();
        },
      });
    });
    const envelope = (user_id: string) => writeEnvelope({ kind: 'signed_out', user_id, session_ids: ['s'] });
    await pod.subscribe([userChannel('u')]);
    await other.publish(ENDED_SESSIONS_CHANNEL, envelope('u'));
    await other.publish(userChannel('u'), envelope('forged'));
    await other.publish(ENDED_SESSIONS_CHANNEL, 'rubbish');
    await other.publish(ENDED_SESSIONS_CHANNEL, '{"kind":"stored","event_ids":[],"positions":{}}');
    await other.publish(ENDED_SESSIONS_CHANNEL, envelope('last'));
    await all;
    expect(received).toEqual([
      ['u', ['s']],
      ['last', ['s']],
    ]);
    await Promise.all([pod.close(), other.close()]);
  });
});
