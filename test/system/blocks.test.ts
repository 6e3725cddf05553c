/** Who blocks somebody hears nothing from them directly, nor they from who blocks them. */
import { directConversationId } from '@chat-app/client';
import type { Frame, RawSocket } from '../testing/raw-socket';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('blocks', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  /** A pod learns of a change within a moment: the first answer of this type. */
  const answered = async (socket: RawSocket, recipient_id: string, type: 'accepted' | 'rejected'): Promise<Frame> => {
    for (;;) {
      const answer = await socket.ask({ recipient_id, content: `until ${type}` });
      if (answer.type === type) return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it('keep two users from writing to each other directly, on any pod, until they are taken away', async () => {
    const hers = await users.connect(alice);
    const his = await users.connect(bob, { pod: 1 });
    await hers.ask({ recipient_id: bob.id, content: 'before' });
    await his.next('message');
    expect((await users.api(alice, 'PUT', `/blocks/${bob.id}`)).status).toBe(204);
    expect(await hers.next('blocked')).toMatchObject({ user_id: alice.id, blocked_user_id: bob.id, blocked: true });
    for (const [socket, other] of [[his, alice] as const, [hers, bob] as const]) {
      expect(await answered(socket, other.id, 'rejected')).toMatchObject({ code: 'blocked', retryable: false });
    }
    expect((await users.api(bob, 'GET', '/blocks')).body).toEqual({ blocks: [] });
    expect((await users.api(alice, 'DELETE', `/blocks/${bob.id}`)).status).toBe(204);
    expect(await hers.next('blocked')).toMatchObject({ blocked_user_id: bob.id, blocked: false });
    const { message_id } = await answered(his, alice.id, 'accepted');
    await hers.seqOf(message_id);
    // What a pod that did not know yet let through was not stored.
    const { body } = await users.api(alice, 'GET', `/conversations/${directConversationId(alice.id, bob.id)}/messages`);
    expect(body.messages.map(({ content }) => content)).toEqual(['before', 'until accepted']);
    expect(his.ofType('blocked')).toEqual([]);
  });

  it('are listed and told to the client', async () => {
    const client = await users.client(alice);
    const told = new Promise((resolve) => client.on('blocked', resolve));
    await client.blocks.block(bob.id);
    expect(await told).toMatchObject({ blocked_user_id: bob.id, blocked: true });
    expect(await client.blocks.list()).toMatchObject([{ user_id: bob.id }]);
    await client.blocks.unblock(bob.id);
    expect(await client.blocks.list()).toEqual([]);
  });
});
