/** Others see that one types: on any pod, members alone, and not too much of it. */
import { directConversationId } from '@chat-app/protocol';
import type { RawSocket } from '../testing/raw-socket';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('typing', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;
  let carol: TestUser;

  beforeEach(async () => {
    [alice, bob, carol] = (await users.registerMany(3)) as [TestUser, TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  /** A pod subscribes to the groups of its users after it welcomed them: what is said in one comes live from then on. */
  async function untilLive(from: RawSocket, to: RawSocket, conversation_id: string): Promise<void> {
    for (;;) {
      const { message_id } = await from.ask({ conversation_id, content: 'are you there?' });
      const copy = await to.find('message', (frame) => frame['message_id'] === message_id);
      if (copy['seq'] === undefined) return;
    }
  }

  it('is announced, and reaches the other of a direct conversation on another pod', async () => {
    const hers = await users.connect(alice);
    const his = await users.connect(bob, { pod: 1 });
    expect(hers.welcome['features']).toContain('typing');
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'hello' });
    await his.seqOf(message_id);
    const conversation_id = directConversationId(alice.id, bob.id);
    his.send({ type: 'typing', recipient_id: alice.id, active: true });
    expect(await hers.next('typing')).toEqual({ type: 'typing', conversation_id, user_id: bob.id, active: true });
    his.send({ type: 'typing', conversation_id, active: false });
    expect(await hers.next('typing')).toEqual({ type: 'typing', conversation_id, user_id: bob.id, active: false });
  });

  it('reaches the members of a group, once in three seconds, and nobody else', async () => {
    const group = await users.createGroup(alice, [bob]);
    const [hers, tablet] = [await users.connect(alice), await users.connect(alice, { deviceId: 'tablet', pod: 1 })];
    const his = await users.connect(bob, { pod: 1 });
    const stranger = await users.connect(carol, { pod: 1 });
    stranger.send({ type: 'typing', conversation_id: group, active: true });
    stranger.send({ type: 'typing', recipient_id: bob.id, active: true });
    await untilLive(hers, his, group);
    for (let n = 0; n < 10; n += 1) hers.send({ type: 'typing', conversation_id: group, active: true });
    expect(await his.next('typing')).toMatchObject({ conversation_id: group, user_id: alice.id });
    // What was said before this has been taken, and has arrived if it ever does.
    for (const [socket, to] of [
      [hers, bob],
      [stranger, bob],
      [stranger, alice],
    ] as const) {
      const { message_id } = await socket.ask({ recipient_id: to.id, content: 'done' });
      await socket.seqOf(message_id);
      await (to === bob ? his : tablet).seqOf(message_id);
    }
    expect(his.ofType('typing')).toHaveLength(1);
    expect([hers, tablet, stranger].flatMap((socket) => socket.ofType('typing'))).toEqual([]);
    expect([hers, stranger].flatMap((socket) => [...socket.ofType('error'), ...socket.ofType('rejected')])).toEqual([]);
  });
});
