/** How far others came in a conversation: told live on any pod, and by the members for what was missed. */
import { directConversationId } from '@chat-app/protocol';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

interface Mark {
  message_id: string;
  number: number;
}
interface Member {
  user_id: string;
  received?: Mark;
  read?: Mark;
}

describeSystem('receipts', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  const usersOf = (frame: Record<string, unknown>): Member[] => frame['users'] as Member[];
  const members = async (caller: TestUser, conversation: string): Promise<Member[]> =>
    (await users.api(caller, 'GET', `/conversations/${conversation}/members`)).body.members;

  it('of the other user come over two pods once their device confirmed, and once they read', async () => {
    const hers = await users.connect(alice);
    const his = await users.connect(bob, { deviceId: 'phone', pod: 1 });
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'hello' });
    const conversation = directConversationId(alice.id, bob.id);
    his.send({ type: 'received', seq: await his.seqOf(message_id) });
    const received = await hers.next('receipts', (frame) => usersOf(frame)[0]?.received !== undefined);
    expect(received).toMatchObject({
      conversation_id: conversation,
      users: [{ user_id: bob.id, received: { message_id } }],
    });
    await users.api(bob, 'PUT', `/conversations/${conversation}/read`, { message_id });
    const read = await hers.next('receipts', (frame) => usersOf(frame)[0]?.read !== undefined);
    expect(read).toMatchObject({ conversation_id: conversation, users: [{ user_id: bob.id, read: { message_id } }] });
    expect(await members(alice, conversation)).toContainEqual(
      expect.objectContaining({
        user_id: bob.id,
        received: usersOf(received)[0]?.received,
        read: usersOf(read)[0]?.read,
      }),
    );
    expect(his.ofType('receipts')).toEqual([]);
    // Nothing of it is an entry.
    expect(hers.ofType('receipts').every((frame) => !('seq' in frame))).toBe(true);
  });

  it('of a group are counted for whoever asks, and told of all who came further in few frames', async () => {
    const [carol, dave] = (await users.registerMany(2)) as [TestUser, TestUser];
    const group = await users.createGroup(alice, [bob, carol, dave]);
    const hers = await users.connect(alice);
    const others = await Promise.all(
      [bob, carol, dave].map((user, pod) => users.connect(user, { deviceId: 'a', pod })),
    );
    const { message_id } = await hers.ask({ conversation_id: group, content: 'hello all' });
    await Promise.all(others.map(async (one) => one.send({ type: 'received', seq: await one.seqOf(message_id) })));
    const told = new Set<string>();
    while (told.size < 3) {
      const frame = await hers.next('receipts', (one) => one['conversation_id'] === group);
      for (const one of usersOf(frame)) if (one.received?.message_id === message_id) told.add(one.user_id);
    }
    await users.api(carol, 'PUT', `/conversations/${group}/read`, { message_id });
    await hers.next('receipts', (frame) => usersOf(frame).some((one) => one.user_id === carol.id && one.read));
    const counts = await users.api(alice, 'GET', `/conversations/${group}/messages/${String(message_id)}/receipts`);
    expect(counts.body).toEqual({ received: 3, read: 1 });
  });

  it('are kept to oneself by a setting that all of one’s devices know, and the badge goes on', async () => {
    const hers = await users.connect(alice);
    const his = await users.connect(bob, { deviceId: 'phone' });
    const tablet = await users.connect(bob, { deviceId: 'tablet', pod: 1 });
    const first = await hers.ask({ recipient_id: bob.id, content: 'first' });
    await his.seqOf(first['message_id']);
    const conversation = directConversationId(alice.id, bob.id);
    const at = `/conversations/${conversation}/settings`;
    expect((await users.api(bob, 'PATCH', at, { receipts: 'off' })).body).toEqual({ receipts: 'off' });
    expect(await tablet.next('settings')).toMatchObject({ conversation_id: conversation, receipts: 'off' });
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'second' });
    his.send({ type: 'received', seq: await his.seqOf(message_id) });
    await users.api(bob, 'PUT', `/conversations/${conversation}/read`, { message_id });
    await tablet.next('read');
    const { body } = await users.api(bob, 'GET', `/conversations/${conversation}`);
    expect(body).toMatchObject({ unread_count: 0, settings: { receipts: 'off' } });
    // What comes after it from somebody else: whatever was to be told of Bob would have come before.
    const carol = await users.register();
    const carols = await users.connect(carol, { deviceId: 'phone' });
    const other = await hers.ask({ recipient_id: carol.id, content: 'and you?' });
    carols.send({ type: 'received', seq: await carols.seqOf(other['message_id']) });
    await hers.next('receipts', (frame) => usersOf(frame)[0]?.user_id === carol.id);
    expect(
      hers
        .ofType('receipts')
        .flatMap(usersOf)
        .filter((one) => one.user_id === bob.id),
    ).toEqual([]);
    for (const caller of [alice, bob]) {
      for (const one of await members(caller, conversation)) {
        expect(one).not.toHaveProperty('received');
        expect(one).not.toHaveProperty('read');
      }
    }
  });
});
