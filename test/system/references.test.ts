/** What messages answer and whom they mention. */
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('replies and mentions', (target) => {
  const users = new SystemUsers(target);
  afterEach(() => users.closeAll());

  it('travel with the message, count for those who are mentioned, and go with a deletion', async () => {
    const [alice, bob, carol] = (await users.registerMany(3)) as [TestUser, TestUser, TestUser];
    const group = await users.createGroup(alice, [bob, carol]);
    const [hers, his] = [await users.connect(alice), await users.connect(bob, { pod: 1 })];
    const { message_id: question } = await hers.ask({ conversation_id: group, content: 'who comes?' });
    await his.next('message');
    const refers = { reply_to: question, mentions: [bob.id] };
    hers.send({ type: 'send', id: 'a', conversation_id: group, content: 'you do, @bob', ...refers });
    const answer = await his.next('message');
    expect(answer).toMatchObject(refers);
    await his.seqOf(answer['message_id']);
    const seen = async (user: TestUser) => (await users.api(user, 'GET', `/conversations/${group}`)).body;
    expect(await seen(bob)).toMatchObject({ unread_count: 2, unread_mention_count: 1, last_message: refers });
    expect(await seen(carol)).toMatchObject({ unread_count: 2, unread_mention_count: 0 });
    hers.send({ type: 'delete', id: 'b', conversation_id: group, message_id: answer['message_id'] });
    const deletion = await his.next('deleted');
    await his.seqOf(deletion['event_id']);
    expect(await seen(bob)).toMatchObject({ unread_count: 1, unread_mention_count: 0 });
    expect(JSON.stringify(await seen(bob))).not.toContain('reply_to');
  });
});
