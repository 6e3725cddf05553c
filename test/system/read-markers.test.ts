/** What one reads is read on all of one's devices. */
import { directConversationId } from '@chat-app/protocol';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('read markers', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  it('reach the reader’s other devices on any pod, connected or not, and nobody else', async () => {
    const hers = await users.connect(alice);
    const phone = await users.connect(bob, { deviceId: 'phone', pod: 1 });
    const away = await users.connect(bob, { deviceId: 'away' });
    await away.close();
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'hello' });
    await hers.seqOf(message_id);
    await phone.seqOf(message_id);
    const conversation = directConversationId(alice.id, bob.id);
    const began = performance.now();
    await users.api(bob, 'PUT', `/conversations/${conversation}/read`, { message_id });
    expect(await phone.next('read')).toMatchObject({ conversation_id: conversation, message_id, user_id: bob.id });
    expect(performance.now() - began).toBeLessThan(2_000);
    const back = await users.connect(bob, { deviceId: 'away' });
    expect(await back.next('read')).toMatchObject({ seq: 2, message_id });
    const { body } = await users.api(bob, 'GET', `/conversations/${conversation}`);
    expect(body).toMatchObject({ unread_count: 0 });
    await hers.ask({ recipient_id: bob.id, content: 'another' });
    await phone.next('message');
    expect(hers.ofType('read')).toEqual([]);
  });
});
