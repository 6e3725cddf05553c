import { conversationChannel, userChannel, writeEnvelope } from '@chat-app/protocol';
import { ALICE, BOB, TestWorld, until } from '../testing/test-pod';
import type { TestFanout } from '../testing/test-bus';

const GROUP = '00000000-0000-4000-8000-0000000000aa';
const STATE = { kind: 'state' as const, state_kind: 'receipts', conversation_id: GROUP };
const FRAME = { type: 'receipts' as const, conversation_id: GROUP, users: [], a_field_of_a_newer_version: 1 };

describe('the state of a conversation', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('is passed on as the bytes it came as, to all but those it is not for, and moves no position', async () => {
    const pod = await world.pod();
    for (const user of [ALICE, BOB]) world.persistence.change(GROUP, user, 'joined');
    const [alice, bob] = [await world.connect(pod, ALICE), await world.connect(pod, BOB)];
    await until(() => (pod.fanout as TestFanout).channels.has(conversationChannel(GROUP)));
    const text = writeEnvelope({ ...STATE, not_for: [ALICE] }, JSON.stringify(FRAME));
    world.bus.publish(conversationChannel(GROUP), text);
    expect(await bob.next('receipts')).toEqual(FRAME);
    world.persistence.happen('conversation', GROUP, { title: 'Friday' });
    expect(await alice.next('conversation')).toMatchObject({ title: 'Friday' });
    expect(await bob.next('stored')).toMatchObject({ from: 2 });
    expect(alice.all('receipts')).toEqual([]);
  });

  it('of another conversation is not passed on to a group, nor anything without a frame', async () => {
    const pod = await world.pod();
    world.persistence.change(GROUP, BOB, 'joined');
    const bob = await world.connect(pod, BOB);
    await until(() => (pod.fanout as TestFanout).channels.has(conversationChannel(GROUP)));
    const elsewhere = { ...STATE, conversation_id: '00000000-0000-4000-8000-0000000000bb' };
    world.bus.publish(conversationChannel(GROUP), writeEnvelope(elsewhere, JSON.stringify(FRAME)));
    world.bus.publish(userChannel(BOB), writeEnvelope(STATE));
    bob.say({ type: 'send', recipient_id: BOB, content: 'still here' });
    await bob.next('accepted');
    expect(bob.all('receipts')).toEqual([]);
  });

  it('of a direct conversation is kept from whoever blocks the one whose doing it is', async () => {
    const pod = await world.pod();
    world.persistence.block(ALICE, BOB);
    const [alice, bob] = [await world.connect(pod, ALICE), await world.connect(pod, BOB)];
    for (const user of [ALICE, BOB]) {
      world.bus.publish(userChannel(user), writeEnvelope({ ...STATE, actor_id: BOB }, JSON.stringify(FRAME)));
      const own = { ...FRAME, users: [{ user_id: user }] };
      world.bus.publish(userChannel(user), writeEnvelope({ ...STATE, actor_id: user }, JSON.stringify(own)));
    }
    expect(await alice.next('receipts')).toMatchObject({ users: [{ user_id: ALICE }] });
    expect(await bob.next('receipts')).toEqual(FRAME);
  });

  it('that a persistence of an earlier version tells as an event is passed on all the same', async () => {
    const pod = await world.pod();
    const bob = await world.connect(pod, BOB);
    const event = { kind: 'event' as const, event_kind: 'changed', event_id: `changed:${GROUP}:1`, actor_id: ALICE };
    const frame = { type: 'changed', conversation_id: GROUP, previous: 0, version: 1 };
    world.bus.publish(userChannel(BOB), writeEnvelope({ ...event, conversation_id: GROUP }, JSON.stringify(frame)));
    expect(await bob.next('changed')).toEqual(frame);
    bob.say({ type: 'send', recipient_id: BOB, content: 'still numbered' });
    expect(await bob.next('stored')).toMatchObject({ from: 1 });
  });
});
