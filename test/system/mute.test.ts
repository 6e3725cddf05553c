/** Who mutes a conversation is notified of nothing in it on any device: it still comes, and still counts. */
import { directConversationId } from '@chat-app/client';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

const HOUR_MS = 3_600_000;

describeSystem('a muted conversation', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;
  let conversation: string;
  const until = new Date(Date.now() + HOUR_MS).toISOString();

  const change = (user: TestUser, body: unknown) =>
    users.api(user, 'PATCH', `/conversations/${conversation}/settings`, body);
  const described = async () => (await users.api(bob, 'GET', `/conversations/${conversation}`)).body;

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
    conversation = directConversationId(alice.id, bob.id);
  });
  afterEach(() => users.closeAll());

  it('is muted on all devices of the user, on any pod, connected or not, and nobody else is told', async () => {
    const hers = await users.connect(alice);
    const phone = await users.connect(bob, { deviceId: 'phone', pod: 1 });
    const away = await users.connect(bob, { deviceId: 'away' });
    await away.close();
    const first = await hers.ask({ recipient_id: bob.id, content: 'hello' });
    await phone.seqOf(first['message_id']);
    const answer = await change(bob, { muted_until: until });
    expect([answer.status, answer.body]).toEqual([200, { receipts: 'on', muted_until: until }]);
    expect(await phone.next('settings')).toMatchObject({ conversation_id: conversation, muted_until: until });
    const back = await users.connect(bob, { deviceId: 'away' });
    expect(await back.next('settings')).toMatchObject({ seq: 2, muted_until: until });
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'still comes' });
    expect(await phone.next('message')).toMatchObject({ message_id });
    await phone.seqOf(message_id);
    expect(await described()).toMatchObject({ unread_count: 2, settings: { receipts: 'on', muted_until: until } });
    expect(hers.ofType('settings')).toEqual([]);
  });

  it('is muted no more once the time is over, or the user says so', async () => {
    const hers = await users.connect(alice);
    const phone = await users.connect(bob, { pod: 1 });
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'hello' });
    await phone.seqOf(message_id);
    const soon = new Date(Date.now() + 1_000).toISOString();
    expect((await change(bob, { muted_until: soon })).body).toMatchObject({ muted_until: soon });
    await new Promise((resolve) => setTimeout(resolve, Date.parse(soon) - Date.now() + 200));
    expect(await described()).toMatchObject({ settings: { receipts: 'on' } });
    expect((await described()).settings).not.toHaveProperty('muted_until');
    await change(bob, { muted_until: until });
    expect((await change(bob, { muted_until: null })).body).toEqual({ receipts: 'on' });
    for (const muted_until of [soon, until, null]) expect(await phone.next('settings')).toMatchObject({ muted_until });
  });

  it('is nothing to who is not in it, and no time is refused as such', async () => {
    const carol = await users.register();
    const hers = await users.connect(alice);
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'hello' });
    await hers.seqOf(message_id);
    expect((await change(carol, { muted_until: until })).body.error.code).toBe('unknown_conversation');
    for (const body of [{ muted_until: 'tomorrow' }, {}]) {
      const refused = await change(bob, body);
      expect([refused.status, refused.body.error.code]).toEqual([400, 'invalid_request']);
    }
  });

  it('is told to the client, which mutes it', async () => {
    const hers = await users.connect(alice);
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'hello' });
    await hers.seqOf(message_id);
    const client = await users.client(bob);
    const told = new Promise((resolve) => client.on('settings', resolve));
    const settings = await client.conversations.changeSettings(conversation, { muted_until: until });
    expect(settings).toEqual({ receipts: 'on', muted_until: until });
    expect(await told).toMatchObject({ conversation_id: conversation, muted_until: until });
  });
});
