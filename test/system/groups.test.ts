import { randomUUID } from 'node:crypto';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('groups', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;
  let carol: TestUser;

  beforeEach(async () => {
    [alice, bob, carol] = (await users.registerMany(3)) as [TestUser, TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  it('tell every member that it joined, as an entry of its inbox', async () => {
    const member = await users.connect(bob, { pod: 1 });
    const group = await users.createGroup(alice, [bob], 'the group');
    expect(await member.next('joined')).toMatchObject({ seq: 1, conversation_id: group });
    const answer = await users.api(bob, 'GET', `/conversations/${group}/members`);
    const roles = (answer.body.members as { user_id: string; role: string }[]).map(({ user_id, role }) => [
      user_id,
      role,
    ]);
    expect(new Map(roles as [string, string][])).toEqual(
      new Map([
        [alice.id, 'owner'],
        [bob.id, 'member'],
      ]),
    );
  });

  it('deliver a message to every member on every pod, and to nobody else', async () => {
    const group = await users.createGroup(alice, [bob]);
    const [sender, member, stranger] = await Promise.all([
      users.connect(alice, { pod: 0 }),
      users.connect(bob, { pod: 1 }),
      users.connect(carol, { pod: 1 }),
    ]);
    const answer = await sender.ask({ conversation_id: group, content: 'to all' });
    expect(answer).toMatchObject({ type: 'accepted', conversation_id: group });
    const message = await member.next('message');
    expect(message).toMatchObject({ message_id: answer['message_id'], conversation_id: group, sender_id: alice.id });
    expect(message).not.toHaveProperty('recipient_id');
    expect(await member.seqOf(answer['message_id'])).toBe(2);
    expect(await sender.seqOf(answer['message_id'])).toBe(2);
    await sender.ask({ recipient_id: carol.id, content: 'to carol' });
    expect((await stranger.next('message'))['content']).toBe('to carol');
    expect(stranger.ofType('message')).toHaveLength(1);
  });

  it('reach a member who joined while connected, and send what that member sends', async () => {
    const group = await users.createGroup(alice, []);
    const owner = await users.connect(alice, { pod: 0 });
    const member = await users.connect(bob, { pod: 1 });
    const joined = await users.api(alice, 'PUT', `/conversations/${group}/members/${bob.id}`, {});
    expect([200, 201, 204]).toContain(joined.status);
    await member.next('joined');
    const answer = await owner.ask({ conversation_id: group, content: 'welcome' });
    expect(await member.next('message')).toMatchObject({ message_id: answer['message_id'] });
    const back = await member.ask({ conversation_id: group, content: 'thank you' });
    expect(back.type).toBe('accepted');
    expect(await owner.next('message')).toMatchObject({ content: 'thank you', sender_id: bob.id });
  });

  it('neither reach nor hear a member who was removed while connected', async () => {
    const group = await users.createGroup(alice, [bob, carol]);
    const owner = await users.connect(alice, { pod: 0 });
    const leaver = await users.connect(bob, { pod: 1 });
    const stayer = await users.connect(carol, { pod: 1 });
    const removed = await users.api(alice, 'DELETE', `/conversations/${group}/members/${bob.id}`);
    expect([200, 204]).toContain(removed.status);
    await leaver.next('left');
    const answer = await owner.ask({ conversation_id: group, content: 'without bob' });
    await stayer.seqOf(answer['message_id']);
    expect(await leaver.ask({ conversation_id: group, content: 'let me in' })).toMatchObject({
      type: 'rejected',
      code: 'unknown_conversation',
      retryable: false,
    });
    await owner.ask({ recipient_id: bob.id, content: 'marker' });
    await leaver.next('message', (frame) => frame['content'] === 'marker');
    expect(leaver.copiesOf(answer['message_id'])).toEqual([]);
    const history = await users.api(bob, 'GET', `/conversations/${group}/messages`);
    expect([history.status, history.body.error.code]).toEqual([404, 'unknown_conversation']);
  });

  it('let a member leave, and keep the last owner', async () => {
    const group = await users.createGroup(alice, [bob]);
    const stuck = await users.api(alice, 'DELETE', `/conversations/${group}/members/${alice.id}`);
    expect([stuck.status, stuck.body.error.code]).toEqual([409, 'last_owner']);
    const left = await users.api(bob, 'DELETE', `/conversations/${group}/members/${bob.id}`);
    expect([200, 204]).toContain(left.status);
    expect((await users.api(bob, 'GET', `/conversations/${group}/members`)).status).toBe(404);
  });

  it('let only owners rename, add and remove', async () => {
    const group = await users.createGroup(alice, [bob]);
    const tries = await Promise.all([
      users.api(bob, 'PATCH', `/conversations/${group}`, { title: 'mine' }),
      users.api(bob, 'PUT', `/conversations/${group}/members/${carol.id}`, {}),
      users.api(bob, 'DELETE', `/conversations/${group}/members/${alice.id}`),
    ]);
    expect(tries.map((answer) => [answer.status, answer.body.error.code])).toEqual([
      [403, 'forbidden'],
      [403, 'forbidden'],
      [403, 'forbidden'],
    ]);
    const renamed = await users.api(alice, 'PATCH', `/conversations/${group}`, { title: 'ours' });
    expect([200, 204]).toContain(renamed.status);
    const list = await users.api(bob, 'GET', '/conversations');
    expect(list.body.conversations).toEqual([
      expect.objectContaining({ conversation_id: group, title: 'ours', role: 'member' }),
    ]);
  });

  it('are closed to strangers: not to be read, written or listed, as if they did not exist', async () => {
    const group = await users.createGroup(alice, [bob]);
    const stranger = await users.connect(carol);
    for (const conversation of [group, randomUUID()]) {
      expect(await stranger.ask({ conversation_id: conversation, content: 'let me in' })).toMatchObject({
        type: 'rejected',
        code: 'unknown_conversation',
      });
      for (const path of ['', '/members', '/messages']) {
        const answer = await users.api(carol, 'GET', `/conversations/${conversation}${path}`);
        expect([path, answer.status]).toEqual([path, 404]);
      }
    }
    expect((await users.api(carol, 'GET', '/conversations')).body.conversations).toEqual([]);
  });

  it('refuse members who do not exist', async () => {
    const answer = await users.api(alice, 'POST', '/conversations', { title: 'ghosts', member_ids: [randomUUID()] });
    expect([answer.status, answer.body.error.code]).toEqual([404, 'unknown_user']);
  });

  it('send a member who was offline the messages and its joining, in order', async () => {
    const group = await users.createGroup(alice, [bob]);
    const owner = await users.connect(alice);
    const answers = [];
    for (const content of ['one', 'two']) answers.push(await owner.ask({ conversation_id: group, content }));
    await owner.seqOf(answers[1]?.['message_id']);
    const member = await users.connect(bob, { deviceId: 'phone', pod: 1 });
    await member.until(() => member.position() === 3, 'three entries');
    expect(member.frames.slice(1, 4).map((frame) => [frame.type, frame['seq']])).toEqual([
      ['joined', 1],
      ['message', 2],
      ['message', 3],
    ]);
  });
});
