import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('sending again', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  it('makes one message of a send that is repeated with the same id, through another pod too', async () => {
    const recipient = await users.connect(bob, { pod: 1 });
    const first = await users.connect(alice, { pod: 0 });
    const one = await first.ask({ id: 'same', recipient_id: bob.id, content: 'once' });
    const repeated = await first.ask({ id: 'same', recipient_id: bob.id, content: 'once' });
    await first.close();
    const second = await users.connect(alice, { pod: 1 });
    const elsewhere = await second.ask({ id: 'same', recipient_id: bob.id, content: 'once' });
    expect([repeated['message_id'], elsewhere['message_id']]).toEqual([one['message_id'], one['message_id']]);

    const marker = await second.ask({ recipient_id: bob.id, content: 'marker' });
    expect(await recipient.seqOf(marker['message_id'])).toBe(2);
    expect(recipient.copiesOf(one['message_id'])).toHaveLength(1);
    expect(recipient.ofType('message')).toHaveLength(2);
    const history = await users.api(bob, 'GET', `/conversations/${String(one['conversation_id'])}/messages`);
    expect(history.body.messages.map((message: { content: string }) => message.content)).toEqual(['once', 'marker']);
  });

  it('makes another message of an id that is used again for other content', async () => {
    const sender = await users.connect(alice);
    const recipient = await users.connect(bob, { pod: 1 });
    const one = await sender.ask({ id: 'same', recipient_id: bob.id, content: 'one' });
    const other = await sender.ask({ id: 'same', recipient_id: bob.id, content: 'other' });
    expect(other).toMatchObject({ type: 'accepted', id: 'same' });
    expect(other['message_id']).not.toBe(one['message_id']);
    await recipient.seqOf(other['message_id']);
    expect(recipient.ofType('message').map((frame) => frame['content'])).toEqual(['one', 'other']);
  });

  it('makes another message of the same id in another conversation or of another sender', async () => {
    const carol = await users.register();
    const sender = await users.connect(alice);
    const other = await users.connect(bob);
    const ids = new Set([
      (await sender.ask({ id: 'same', recipient_id: bob.id, content: 'x' }))['message_id'],
      (await sender.ask({ id: 'same', recipient_id: carol.id, content: 'x' }))['message_id'],
      (await other.ask({ id: 'same', recipient_id: carol.id, content: 'x' }))['message_id'],
    ]);
    expect(ids.size).toBe(3);
  });

  it('makes a new message of every send without an id', async () => {
    const sender = await users.connect(alice);
    sender.send({ type: 'send', recipient_id: bob.id, content: 'x' });
    const one = await sender.next('accepted');
    sender.send({ type: 'send', recipient_id: bob.id, content: 'x' });
    const other = await sender.next('accepted');
    expect('id' in one).toBe(false);
    expect(one['message_id']).not.toBe(other['message_id']);
  });
});
