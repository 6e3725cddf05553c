import { writeEnvelope, userChannel } from '@chat-app/protocol';
import { ALICE, TestWorld } from '../testing/test-pod';

describe('the end of a session', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('closes the sockets of that session on every pod, and no others', async () => {
    const [one, other] = [await world.pod(), await world.pod()];
    const phone = await world.connect(one, ALICE, { device: 'phone', sessionId: 's1' });
    const tablet = await world.connect(other, ALICE, { device: 'tablet', sessionId: 's1' });
    const laptop = await world.connect(other, ALICE, { device: 'laptop', sessionId: 's2' });
    const envelope = { kind: 'signed_out' as const, user_id: ALICE, session_ids: ['s1'] };
    world.bus.publish(userChannel(ALICE), writeEnvelope(envelope));
    expect(await phone.closed).toEqual({ code: 4500, reason: 'signed_out' });
    expect((await tablet.closed).code).toBe(4500);
    laptop.say({ type: 'send', recipient_id: ALICE, content: 'x' });
    await laptop.next('accepted');
    world.bus.publish(userChannel(ALICE), writeEnvelope({ kind: 'signed_out', user_id: ALICE }));
    expect((await laptop.closed).code).toBe(4500);
  });

  it('closes a connection that begins with a session which has ended', async () => {
    world.authentication.ended.add('s1');
    const pod = await world.pod();
    const phone = await world.connect(pod, ALICE, { sessionId: 's1' });
    expect((await phone.closed).code).toBe(4500);
  });

  it('finds by reconciliation an ended session whose announcement was lost', async () => {
    const pod = await world.pod({ RECONCILE_INTERVAL_MS: 100 });
    const phone = await world.connect(pod, ALICE, { sessionId: 's1' });
    world.authentication.ended.add('s1');
    expect((await phone.closed).code).toBe(4500);
  });
});
