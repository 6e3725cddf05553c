import { randomUUID } from 'node:crypto';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('history and conversations', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;
  let conversation: string;
  let ids: string[];

  beforeAll(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
    const sender = await users.connect(alice);
    ids = [];
    for (let n = 0; n < 10; n += 1) {
      const answer = await sender.ask({ recipient_id: bob.id, content: `message ${n}` });
      conversation = String(answer['conversation_id']);
      ids.push(String(answer['message_id']));
    }
    await sender.seqOf(ids.at(-1));
  });
  afterAll(() => users.closeAll());

  const history = async (query: string): Promise<{ ids: string[]; more: boolean }> => {
    const answer = await users.api(bob, 'GET', `/conversations/${conversation}/messages${query}`);
    expect(answer.status).toBe(200);
    const { messages, more } = answer.body as { messages: { message_id: string }[]; more: boolean };
    return { ids: messages.map((message) => message.message_id), more };
  };

  it('answers the newest messages in stored order, the same for both users', async () => {
    expect(await history('')).toEqual({ ids, more: false });
    const other = await users.api(alice, 'GET', `/conversations/${conversation}/messages`);
    expect(other.body.messages[0]).toMatchObject({
      message_id: ids[0],
      conversation_id: conversation,
      sender_id: alice.id,
      recipient_id: bob.id,
      content: 'message 0',
      sent_at: expect.any(String) as string,
      stored_at: expect.any(String) as string,
    });
  });

  it('pages backwards with before and forwards with after, without gap or overlap', async () => {
    expect(await history('?limit=4')).toEqual({ ids: ids.slice(6), more: true });
    expect(await history(`?limit=4&before=${ids[6]}`)).toEqual({ ids: ids.slice(2, 6), more: true });
    expect(await history(`?limit=4&before=${ids[2]}`)).toEqual({ ids: ids.slice(0, 2), more: false });
    expect(await history(`?limit=4&after=${ids[1]}`)).toEqual({ ids: ids.slice(2, 6), more: true });
    expect(await history(`?limit=4&after=${ids[5]}`)).toEqual({ ids: ids.slice(6), more: false });
    expect(await history(`?after=${ids[9]}`)).toEqual({ ids: [], more: false });
  });

  it.each(['?limit=0', '?limit=101', '?limit=x', '?before=x', '?after=x'])('refuses %s', async (query) => {
    const answer = await users.api(bob, 'GET', `/conversations/${conversation}/messages${query}`);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid_request']);
  });

  it('refuses before and after together, and a message of another conversation', async () => {
    const both = await users.api(
      bob,
      'GET',
      `/conversations/${conversation}/messages?before=${ids[1]}&after=${ids[0]}`,
    );
    expect([both.status, both.body.error.code]).toEqual([400, 'invalid_request']);
    const unknown = await users.api(bob, 'GET', `/conversations/${conversation}/messages?before=${randomUUID()}`);
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'unknown_message']);
  });

  it('is closed to others, as if the conversation did not exist', async () => {
    const carol = await users.register();
    for (const id of [conversation, randomUUID()]) {
      const answer = await users.api(carol, 'GET', `/conversations/${id}/messages`);
      expect([answer.status, answer.body.error.code]).toEqual([404, 'unknown_conversation']);
    }
  });

  it('lists conversations with last message and unread count, newest activity first, in pages', async () => {
    const [dave, erin] = (await users.registerMany(2)) as [TestUser, TestUser];
    const group = await users.createGroup(dave, [erin], 'a group');
    const sender = await users.connect(dave);
    const direct = await sender.ask({ recipient_id: erin.id, content: 'direct' });
    await sender.seqOf(direct['message_id']);
    const answer = await sender.ask({ conversation_id: group, content: 'to the group' });
    await sender.seqOf(answer['message_id']);

    const list = await users.api(erin, 'GET', '/conversations');
    expect(list.body.conversations).toEqual([
      expect.objectContaining({
        conversation_id: group,
        kind: 'group',
        title: 'a group',
        unread_count: 1,
        last_message: expect.objectContaining({ content: 'to the group' }) as unknown,
      }),
      expect.objectContaining({
        conversation_id: direct['conversation_id'],
        kind: 'direct',
        recipient_id: dave.id,
        unread_count: 1,
        last_message: expect.objectContaining({ content: 'direct' }) as unknown,
      }),
    ]);
    const first = await users.api(erin, 'GET', '/conversations?limit=1');
    expect(first.body.conversations).toHaveLength(1);
    const second = await users.api(
      erin,
      'GET',
      `/conversations?limit=1&after=${encodeURIComponent(String(first.body.next))}`,
    );
    expect(second.body.conversations[0]?.conversation_id).toBe(direct['conversation_id']);
  });

  it('counts as unread what came after the message that was read, and nothing of one’s own', async () => {
    const unread = async (user: TestUser): Promise<number> => {
      const list = await users.api(user, 'GET', '/conversations');
      return Number(list.body.conversations[0]?.unread_count);
    };
    expect(await unread(bob)).toBe(10);
    expect(await unread(alice)).toBe(0);
    const read = await users.api(bob, 'PUT', `/conversations/${conversation}/read`, { message_id: ids[6] });
    expect(read.status).toBe(204);
    expect(await unread(bob)).toBe(3);
    await users.api(bob, 'PUT', `/conversations/${conversation}/read`, { message_id: ids[2] });
    expect(await unread(bob)).toBe(3);
  });
});
