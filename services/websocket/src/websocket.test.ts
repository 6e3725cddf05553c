import { randomUUID } from 'node:crypto';
import { ALICE, BOB, CAROL, TestWorld, until } from './testing/test-pod';

describe('the websocket service, on two pods', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('delivers a message from a sender on one pod to a recipient on the other, and tells both where it is stored', async () => {
    const [one, other] = [await world.pod(), await world.pod()];
    const alice = await world.connect(one, ALICE);
    const bob = await world.connect(other, BOB);
    alice.say({ type: 'send', id: 'm1', recipient_id: BOB, content: 'hello' });
    const accepted = await alice.next('accepted');
    const message = await bob.next('message');
    expect(accepted.id).toBe('m1');
    expect(message).toEqual({
      type: 'message',
      message_id: accepted.message_id,
      conversation_id: accepted.conversation_id,
      sender_id: ALICE,
      recipient_id: BOB,
      content: 'hello',
      sent_at: accepted.sent_at,
    });
    const stored = { type: 'stored', from: 1, message_ids: [accepted.message_id] };
    expect(await bob.next('stored')).toEqual(stored);
    expect(await alice.next('stored')).toEqual(stored);
    expect(alice.all('message')).toEqual([]);
    expect(world.persistence.reads).toBe(0);
  });

  it('sends a message also to the other devices of its sender', async () => {
    const [one, other] = [await world.pod(), await world.pod()];
    const phone = await world.connect(one, ALICE, { device: 'phone' });
    const laptop = await world.connect(other, ALICE, { device: 'laptop' });
    phone.say({ type: 'send', recipient_id: BOB, content: 'hello' });
    const { message_id } = await phone.next('accepted');
    expect((await laptop.next('message')).message_id).toBe(message_id);
  });

  it('keeps live chat going during an outage of persistence, and follows the inbox once it is back', async () => {
    const [one, other] = [await world.pod(), await world.pod()];
    const alice = await world.connect(one, ALICE);
    world.persistence.unavailable = true;
    const bob = await world.connect(other, BOB);
    expect(bob.all('welcome')[0]).toMatchObject({ degraded: true });
    expect(bob.all('welcome')[0]).not.toHaveProperty('seq');
    alice.say({ type: 'send', recipient_id: BOB, content: 'live' });
    const { message_id } = await bob.next('message');
    world.persistence.unavailable = false;
    world.persistence.store();
    expect(await bob.next('stored')).toEqual({ type: 'stored', from: 1, message_ids: [message_id] });
    expect(bob.all('message')).toHaveLength(1);
  });

  it('sends a connection that was welcomed during an outage of persistence all that came meanwhile, however much', async () => {
    const pod = await world.pod({ CATCH_UP_ENTRIES: 5 });
    await (await world.connect(pod, BOB, { device: 'phone' })).close();
    world.persistence.unavailable = true;
    const bob = await world.connect(pod, BOB, { device: 'phone' });
    for (let number = 0; number < 40; number += 1) {
      world.persistence.put(BOB, { ...someMessage(`message ${number}`), message_id: randomUUID() });
    }
    world.persistence.unavailable = false;
    await until(() => bob.all('message').length === 40);
    expect(bob.all('message').map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('finds by reconciliation what a lossy fan-out lost', async () => {
    const [one, other] = [await world.pod(), await world.pod({ RECONCILE_INTERVAL_MS: 100 })];
    const alice = await world.connect(one, ALICE);
    const bob = await world.connect(other, BOB);
    world.bus.loses = () => true;
    alice.say({ type: 'send', recipient_id: BOB, content: 'lost on the way' });
    expect(await bob.next('message')).toMatchObject({ content: 'lost on the way', seq: 1 });
  });

  it('delivers by frequent reconciliation during an outage of the fan-out, and at once on the sender pod itself', async () => {
    const [one, other] = [await world.pod(), await world.pod()];
    const alice = await world.connect(one, ALICE);
    const bob = await world.connect(other, BOB);
    const carol = await world.connect(one, CAROL);
    world.bus.set('degraded');
    alice.say({ type: 'send', recipient_id: BOB, content: 'far' });
    alice.say({ type: 'send', recipient_id: CAROL, content: 'near' });
    expect(await bob.next('message')).toMatchObject({ content: 'far', seq: 1 });
    expect(await carol.next('message')).not.toHaveProperty('seq');
  });

  it('looks at every inbox at once when the fan-out comes back', async () => {
    const pod = await world.pod({ DEGRADED_RECONCILE_INTERVAL_MS: 60_000 });
    const bob = await world.connect(pod, BOB);
    world.bus.set('degraded');
    world.persistence.put(BOB, someMessage('missed'));
    world.bus.set('connected');
    expect(await bob.next('message')).toMatchObject({ content: 'missed', seq: 1 });
    expect((await pod.metrics.expose()).body).toContain('chat_websocket_inbox_reads_total{cause="resubscribe"');
  });

  it('goes on looking for a while when the fan-out came back: others may have found it later', async () => {
    const pod = await world.pod();
    const bob = await world.connect(pod, BOB);
    world.bus.set('degraded');
    world.bus.set('connected');
    const reconciled = async (): Promise<number> => {
      const { body } = await pod.metrics.expose();
      return Number(/inbox_reads_total\{cause="reconciliation"[^}]*\} (\d+)/.exec(body)?.[1] ?? 0);
    };
    expect(await reconciled()).toBe(0);
    world.persistence.put(BOB, someMessage('announced to nobody'));
    expect(await bob.next('message')).toMatchObject({ content: 'announced to nobody', seq: 1 });
    expect(await reconciled()).toBe(1);
  });

  it('delivers to the members of a group, follows joins and leaves, and tells them as entries', async () => {
    const [one, other] = [await world.pod(), await world.pod()];
    const group = '00000000-0000-4000-8000-0000000000aa';
    world.persistence.change(group, ALICE, 'joined');
    const alice = await world.connect(one, ALICE);
    const bob = await world.connect(other, BOB);
    world.persistence.change(group, BOB, 'joined');
    expect(await bob.next('joined')).toMatchObject({ seq: 1, conversation_id: group, user_id: BOB });
    alice.say({ type: 'send', conversation_id: group, content: 'all' });
    expect(await bob.next('message')).toMatchObject({ content: 'all' });
    expect((await bob.next('stored')).from).toBe(2);
    world.persistence.change(group, BOB, 'left');
    await bob.next('left');
    alice.say({ type: 'send', conversation_id: group, content: 'others' });
    await alice.next('accepted');
    bob.say({ type: 'send', conversation_id: group, content: 'no longer' });
    expect(await bob.next('rejected')).toMatchObject({ code: 'unknown_conversation', retryable: false });
    expect(bob.all('message').map(({ content }) => content)).toEqual(['all']);
  });

  it('subscribes to what its users need, and to nothing once they are gone', async () => {
    const pod = await world.pod();
    const group = '00000000-0000-4000-8000-0000000000aa';
    world.persistence.change(group, ALICE, 'joined');
    const alice = await world.connect(pod, ALICE);
    const { channels } = pod.fanout as unknown as { channels: Set<string> };
    await until(() => channels.size === 4);
    expect([...channels].sort()).toEqual([
      `conversation:${group}`,
      'pods:websocket',
      'sessions:ended',
      `user:${ALICE}`,
    ]);
    await alice.close();
    await until(() => channels.size === 2);
  });
});

function someMessage(content: string) {
  return {
    message_id: '00000000-0000-4000-8000-000000000001',
    conversation_id: '00000000-0000-4000-8000-000000000002',
    sender_id: ALICE,
    recipient_id: BOB,
    content,
    sent_at: new Date().toISOString(),
  };
}
