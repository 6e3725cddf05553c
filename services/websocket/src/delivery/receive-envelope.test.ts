import { conversationChannel, userChannel, writeEnvelope } from '@chat-app/protocol';
import type { TestFanout } from '../testing/test-bus';
import { ALICE, BOB, TestWorld, until } from '../testing/test-pod';

const GROUP = '00000000-0000-4000-8000-0000000000aa';
const EVENT = { kind: 'event' as const, event_kind: 'message', event_id: 'e', conversation_id: GROUP, actor_id: ALICE };

describe('receiving envelopes', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('ignores, and counts, what comes on the channel of somebody else', async () => {
    const pod = await world.pod();
    world.persistence.change(GROUP, BOB, 'joined');
    const bob = await world.connect(pod, BOB);
    await until(() => (pod.fanout as TestFanout).channels.has(conversationChannel(GROUP)));
    world.bus.publish(userChannel(BOB), writeEnvelope({ kind: 'signed_out', user_id: ALICE }));
    const elsewhere = { ...EVENT, conversation_id: '00000000-0000-4000-8000-0000000000bb' };
    world.bus.publish(conversationChannel(GROUP), writeEnvelope(elsewhere, '{"type":"message","content":"x"}'));
    // What concerns one user alone is not told to a group.
    const read = { ...EVENT, event_kind: 'read' };
    world.bus.publish(conversationChannel(GROUP), writeEnvelope(read, '{"type":"read","event_id":"e"}'));
    bob.say({ type: 'send', recipient_id: BOB, content: 'still here' });
    await bob.next('accepted');
    expect([...bob.all('message'), ...bob.all('read')]).toEqual([]);
    const { body } = await pod.metrics.expose();
    expect(body).toMatch(/chat_websocket_envelopes_ignored_total\{[^}]*reason="wrong_channel"[^}]*\} 3\n/);
  });

  it('does not mind envelopes it cannot read', async () => {
    const pod = await world.pod();
    const bob = await world.connect(pod, BOB);
    for (const payload of [
      '',
      '{',
      '{"kind":"of a newer pod"}',
      '{"kind":"message"}',
      '{"kind":"stored"}',
      '{"kind":"signed_out"}',
    ]) {
      world.bus.publish(userChannel(BOB), payload);
    }
    bob.say({ type: 'send', recipient_id: BOB, content: 'still here' });
    await bob.next('accepted');
  });
});
