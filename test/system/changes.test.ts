/** Editing and deleting messages. */
import { randomUUID } from 'node:crypto';
import { directConversationId } from '@chat-app/protocol';
import type { Frame, RawSocket } from '../testing/raw-socket';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('edits and deletions', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;
  let carol: TestUser;

  beforeEach(async () => {
    [alice, bob, carol] = (await users.registerMany(3)) as [TestUser, TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  const command = async (socket: RawSocket, frame: { id?: string; [field: string]: unknown }): Promise<Frame> => {
    const { id = randomUUID() } = frame;
    socket.send({ ...frame, id });
    return Promise.race([
      socket.find('accepted', (answer) => answer['id'] === id),
      socket.find('rejected', (answer) => answer['id'] === id),
    ]);
  };
  const history = async (user: TestUser, conversation: string) =>
    (await users.api(user, 'GET', `/conversations/${conversation}/messages`)).body.messages;

  it('reach everyone live and as entries, and are what the history holds', async () => {
    const [hers, his] = [await users.connect(alice), await users.connect(bob, { pod: 1 })];
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'helo' });
    await his.next('message');
    const to = { recipient_id: bob.id, message_id };
    const edit = await command(hers, { type: 'edit', ...to, content: 'hello', data: { a: 1 } });
    expect(edit).toMatchObject({ type: 'accepted' });
    expect(await his.next('edited')).toMatchObject({ message_id, actor_id: alice.id, content: 'hello' });
    await his.seqOf(edit['message_id']);
    const conversation = directConversationId(alice.id, bob.id);
    expect(await history(bob, conversation)).toMatchObject([{ content: 'hello', data: { a: 1 } }]);
    const deletion = await command(hers, { type: 'delete', ...to });
    expect(await his.next('deleted')).toMatchObject({ message_id, actor_id: alice.id });
    await his.seqOf(deletion['message_id']);
    expect(await history(bob, conversation)).toMatchObject([{ content: '', deleted_by: alice.id }]);
  });

  it('leave nothing of a deleted message to a device that was away', async () => {
    const away = await users.connect(bob, { deviceId: 'phone' });
    await away.close();
    const hers = await users.connect(alice);
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'secret' });
    const to = { recipient_id: bob.id, message_id };
    await command(hers, { type: 'edit', ...to, content: 'secret too' });
    const { message_id: deletion } = await command(hers, { type: 'delete', ...to });
    await hers.seqOf(deletion);
    const back = await users.connect(bob, { deviceId: 'phone' });
    await back.next('deleted');
    expect(JSON.stringify(back.frames)).not.toContain('secret');
    expect(back.ofType('message')).toMatchObject([{ message_id, content: '', deleted_by: alice.id }]);
  });

  it('are the sender’s alone, but that owners of a group delete what others wrote', async () => {
    const group = await users.createGroup(alice, [bob, carol]);
    const [hers, his, third] = [
      await users.connect(alice),
      await users.connect(bob, { pod: 1 }),
      await users.connect(carol),
    ];
    const { message_id } = await his.ask({ conversation_id: group, content: 'mine' });
    await third.next('message');
    await hers.next('message');
    const of = { conversation_id: group, message_id };
    const forged = { type: 'edit', ...of, content: 'forged' };
    for (const [socket, frame, code] of [
      [third, forged, 'forbidden'],
      [third, { ...forged, sender_id: bob.id }, 'wrong_user'],
      [third, { type: 'delete', ...of }, 'forbidden'],
      [hers, forged, 'forbidden'],
      [third, { ...forged, conversation_id: undefined, recipient_id: bob.id }, 'unknown_message'],
    ] as const) {
      expect(await command(socket, frame)).toMatchObject({ type: 'rejected', code, retryable: false });
    }
    expect(await command(hers, { type: 'delete', ...of })).toMatchObject({ type: 'accepted' });
    expect(await third.next('deleted')).toMatchObject({ message_id, actor_id: alice.id });
    expect([...third.ofType('edited'), ...his.ofType('edited'), ...hers.ofType('edited')]).toEqual([]);
  });

  it('happen once, however often and through whichever pod they are asked for', async () => {
    const [one, other] = [await users.connect(alice), await users.connect(alice, { pod: 1, deviceId: 'other' })];
    const { message_id } = await one.ask({ recipient_id: bob.id, content: 'helo' });
    const edit = { type: 'edit', id: 'e-1', recipient_id: bob.id, message_id, content: 'hello' };
    const deletion = { type: 'delete', recipient_id: bob.id, message_id };
    const edits = [await command(one, edit), await command(other, edit)];
    expect(edits[0]!['message_id']).toBe(edits[1]!['message_id']);
    const deletions = [await command(one, deletion), await command(other, deletion)];
    expect(deletions[0]!['message_id']).toBe(deletions[1]!['message_id']);
    const his = await users.connect(bob);
    await his.next('deleted');
    expect(his.position()).toBe(3);
    expect(await command(one, { ...edit, id: 'e-2' })).toMatchObject({ type: 'rejected', code: 'unknown_message' });
  });
});
