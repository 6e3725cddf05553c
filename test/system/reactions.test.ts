/** Reacting to messages. */
import { randomUUID } from 'node:crypto';
import { directConversationId, type ChangedFrame, type StoredMessage } from '@chat-app/protocol';
import type { Frame, RawSocket } from '../testing/raw-socket';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('reactions', (target) => {
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
  const changed = async (socket: RawSocket, fits: (frame: ChangedFrame) => boolean = () => true) =>
    (await socket.find('changed', (frame) => fits(frame as unknown as ChangedFrame))) as unknown as ChangedFrame;
  const madeBy = (command: Frame) => (frame: ChangedFrame) =>
    frame.changes?.some(({ event_id }) => event_id === command['message_id']) === true;
  const history = async (user: TestUser, conversation: string, query = '') => {
    const { body } = await users.api(user, 'GET', `/conversations/${conversation}/messages${query}`);
    return body as unknown as { messages: StoredMessage[]; more: boolean; version: number };
  };

  it('are told to everyone as the state of their message, on any pod, and are what the history holds', async () => {
    const [hers, his] = [await users.connect(alice), await users.connect(bob, { pod: 1 })];
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'hello' });
    await his.next('message');
    const on = await command(his, { type: 'react', recipient_id: alice.id, message_id, emoji: '👍', on: true });
    expect(on).toMatchObject({ type: 'accepted' });
    const reactions = { '👍': { count: 1, user_ids: [bob.id] } };
    const states = [await changed(hers), await changed(his)];
    expect(states[0]).toMatchObject({ previous: 0, message: { message_id, content: 'hello', reactions } });
    expect(states[1]).toEqual(states[0]);
    const conversation = directConversationId(alice.id, bob.id);
    const { version } = states[0]!;
    const read = await history(alice, conversation);
    expect(read).toMatchObject({ messages: [{ message_id, version, reactions }], version });
    const off = await command(his, { type: 'react', recipient_id: alice.id, message_id, emoji: '👍', on: false });
    const gone = await changed(hers, madeBy(off));
    expect(gone).toMatchObject({ previous: version, message: { message_id } });
    expect(gone.message).not.toHaveProperty('reactions');
    // No entry came of either.
    const after = await hers.ask({ recipient_id: bob.id, content: 'after' });
    expect(await his.seqOf(after['message_id'])).toBe(2);
  });

  it('count as nothing unread, and leave the list as it is', async () => {
    const [hers, his] = [await users.connect(alice), await users.connect(bob)];
    const { message_id } = await hers.ask({ recipient_id: bob.id, content: 'hello' });
    await his.next('message');
    const of = { recipient_id: alice.id, message_id };
    await command(his, { type: 'react', ...of, emoji: '👍', on: true });
    await changed(hers);
    const [conversation] = (await users.api(alice, 'GET', '/conversations')).body.conversations;
    expect(conversation).toMatchObject({ unread_count: 0, last_message: { message_id } });
  });

  it('that were missed are read after the version that is known, edits and deletions with them, in pages', async () => {
    const [hers, his] = [await users.connect(alice), await users.connect(bob)];
    const ids: unknown[] = [];
    for (const content of ['one', 'two', 'three']) {
      ids.push((await hers.ask({ recipient_id: bob.id, content }))['message_id']);
    }
    await his.find('message', (one) => one['message_id'] === ids[2]);
    const conversation = directConversationId(alice.id, bob.id);
    const react = { type: 'react', recipient_id: alice.id, emoji: '👍', on: true };
    await changed(hers, madeBy(await command(his, { ...react, message_id: ids[0] })));
    const { version } = await history(bob, conversation);
    for (const frame of [
      { type: 'delete', message_id: ids[2] },
      { type: 'edit', message_id: ids[1], content: 'second' },
    ]) {
      await changed(hers, madeBy(await command(hers, { ...frame, recipient_id: bob.id })));
    }
    const last = await changed(hers, madeBy(await command(his, { ...react, message_id: ids[0], emoji: '🎉' })));
    const first = await history(bob, conversation, `?changed_after=${version}&limit=2`);
    expect(first.messages).toMatchObject([
      { message_id: ids[2], content: '' },
      { message_id: ids[1], content: 'second' },
    ]);
    expect(first.more).toBe(true);
    const rest = await history(bob, conversation, `?changed_after=${first.version}&limit=2`);
    expect(rest).toMatchObject({ messages: [{ message_id: ids[0] }], more: false, version: last.version });
    expect(rest.messages).toEqual([expect.objectContaining({ reactions: last.message.reactions })]);
  });

  it('are the members’ alone, of messages that are there, within bounds, and happen once', async () => {
    const group = await users.createGroup(alice, [bob]);
    const [hers, third] = [await users.connect(alice), await users.connect(carol)];
    const { message_id } = await hers.ask({ conversation_id: group, content: 'hello' });
    const react = { type: 'react', conversation_id: group, message_id, emoji: '👍', on: true };
    for (const [socket, frame, code] of [
      [third, react, 'unknown_conversation'],
      [third, { ...react, sender_id: alice.id }, 'wrong_user'],
      [third, { ...react, conversation_id: undefined, recipient_id: alice.id }, 'unknown_message'],
      [hers, { ...react, emoji: 'two words' }, 'invalid_request'],
      [hers, { ...react, emoji: '👍'.repeat(17) }, 'invalid_request'],
    ] as const) {
      expect(await command(socket, frame)).toMatchObject({ type: 'rejected', code, retryable: false });
    }
    const [one, again] = [await command(hers, { ...react, id: 'r-1' }), await command(hers, { ...react, id: 'r-1' })];
    expect(again['message_id']).toBe(one['message_id']);
    const state = await changed(hers, madeBy(one));
    for (let n = 1; n < 10; n += 1) await command(hers, { ...react, emoji: `e${n}` });
    await changed(hers, ({ message }) => Object.keys(message.reactions ?? {}).length === 10);
    expect(await command(hers, { ...react, emoji: 'e10' })).toMatchObject({ code: 'too_many_reactions' });
    expect(state.message.reactions).toMatchObject({ '👍': { count: 1 } });
    const deletion = await command(hers, { type: 'delete', conversation_id: group, message_id });
    const deleted = await changed(hers, madeBy(deletion));
    expect(deleted.message).not.toHaveProperty('reactions');
    expect(await command(hers, react)).toMatchObject({ type: 'rejected', code: 'unknown_message' });
  });
});
