import { reactionId } from '@chat-app/protocol';
import { deliver, messageOf } from '../../testing/fake-history';
import { USER_1, USER_2, type FakeConnection, type Frame } from '../../testing/fake-server';
import { memoryStorage } from '../../testing/recorded-client';
import { CONVERSATION, codeOf, uuid } from '../../testing/scene';
import { messages, storeSceneForEachTest, until } from '../../testing/store-scene';
import type { MessageView } from '.';
import { reactionsOf } from './reactions';

const FEATURES = { features: ['deleted', 'edited', 'message', 'reacted'] };
const AT = '2026-01-02T03:05:00.000Z';

const scenes = storeSceneForEachTest(FEATURES.features);
const { scene, online } = scenes;

const shown = (message: MessageView | undefined) =>
  message?.reactions?.map(({ emoji, count, own }) => [emoji, count, own]);
const by = (...user_ids: string[]) => ({ count: user_ids.length, user_ids });

/** What the server tells once a message has these reactions. */
function changed(n: number, previous: number, version: number, reactions: object, fields: object = {}) {
  const message = { ...messageOf(n), stored_at: AT, version, ...(Object.keys(reactions).length > 0 && { reactions }) };
  return { type: 'changed', conversation_id: CONVERSATION, previous, version, message, ...fields };
}
const accept = (connection: FakeConnection, frame: Frame, message_id: string) =>
  connection.send({ type: 'accepted', id: frame['id'], message_id, conversation_id: CONVERSATION, sent_at: AT });

describe('reactions in the store', () => {
  it('are what the newest state says, whatever comes late, and count as nothing unread', async () => {
    scenes.history.store(1, 2);
    const { store, connection } = await online();
    await until(store, (all) => all.length === 2);
    store.setActive(undefined);
    connection.send(
      changed(1, 5, 9, { '👍': by(USER_2, USER_1), '🎉': by(USER_2) }),
      changed(1, 0, 5, { '👍': by(USER_2) }),
      changed(3, 9, 12, { '👀': by(USER_1) }),
    );
    deliver(connection, messageOf(3));
    const [first, , third] = await until(store, (all) => all.length === 3);
    expect(shown(first)).toEqual([
      ['👍', 2, true],
      ['🎉', 1, false],
    ]);
    // Its state came before the message.
    expect(shown(third)).toEqual([['👀', 1, true]]);
    // The message is unread, its reactions are not.
    expect(store.conversations.get()[0]?.unread).toBe(1);
  });

  it('go with their message', async () => {
    scenes.history.store(1);
    const { store, connection } = await online();
    await until(store, (all) => all.length === 1);
    connection.send(changed(1, 0, 5, { '👍': by(USER_2) }));
    await until(store, ([one]) => one?.reactions !== undefined);
    const gone = { ...messageOf(1), content: '', deleted_at: AT, deleted_by: USER_2, stored_at: AT, version: 9 };
    connection.send({ ...changed(1, 5, 9, {}), message: gone }, changed(1, 0, 5, { '👍': by(USER_2) }));
    const [one] = await until(store, ([first]) => first?.version === 9);
    expect(one).toMatchObject({ content: '', deleted_by: USER_2 });
    expect(one).not.toHaveProperty('reactions');
  });

  it('that were missed are asked for: where the state before is not known, and after a new connection', async () => {
    scenes.history.store(1, 3);
    scenes.history.version = 20;
    const { store, connection } = await online();
    await until(store, (all) => all.length === 3);
    const change = (n: number, version: number, emoji: string) => {
      const at = scenes.history.messages.findIndex(({ message_id }) => message_id === uuid(n));
      scenes.history.messages[at] = { ...messageOf(n), version, reactions: { [emoji]: by(USER_2) } };
      scenes.history.version = version;
    };
    change(1, 23, '👍');
    change(2, 27, '🎉');
    connection.send(changed(2, 23, 27, { '🎉': by(USER_2) }));
    await until(store, ([one]) => one?.reactions !== undefined);
    expect(scenes.history.askedAfter).toEqual([20]);
    change(3, 30, '👀');
    connection.socket.terminate();
    (await scene.server.connection()).welcome({ seq: 3, ...FEATURES });
    await until(store, ([, , three]) => three?.reactions !== undefined);
    expect(scenes.history.askedAfter).toEqual([20, 27]);
  });
});

describe('own reactions', () => {
  it('are shown at once, sent when there is a connection, and theirs once the server told so', async () => {
    scenes.history.store(1);
    const { store, connection } = await online();
    const [message] = await until(store, (all) => all.length === 1);
    store.react(message!, '👍', true);
    expect(shown(messages(store)[0])).toEqual([['👍', 1, true]]);
    const frame = await connection.next('react');
    expect(frame).toMatchObject({ recipient_id: USER_2, message_id: uuid(1), emoji: '👍', on: true });
    const id = String(frame['id']);
    const identity = {
      actor_id: USER_1,
      conversation_id: CONVERSATION,
      message_id: uuid(1),
      id,
      emoji: '👍',
      on: true,
    };
    const event_id = reactionId(identity);
    accept(connection, frame, event_id);
    connection.send(changed(1, 0, 5, { '👍': by(USER_2) }));
    // That state is of before.
    await until(store, ([one]) => one?.version === 5);
    expect(shown(messages(store)[0])).toEqual([['👍', 2, true]]);
    connection.send(changed(1, 5, 8, { '👍': by(USER_2) }, { changes: [{ event_id, actor_id: USER_1 }] }));
    // The server knows better: it is not there.
    await until(store, ([one]) => shown(one)?.[0]?.[1] === 1);
    expect(shown(messages(store)[0])).toEqual([['👍', 1, false]]);
  });

  it('are undone where they are refused', async () => {
    scenes.history.store(1);
    const { store, connection } = await online();
    const [message] = await until(store, (all) => all.length === 1);
    store.react(message!, '👍', true);
    const { id } = await connection.next('react');
    connection.send({ type: 'rejected', id, code: 'too_many_reactions', message: '', retryable: false });
    await until(store, ([one]) => one?.reactions === undefined || one.reactions.length === 0);
    expect(shown(messages(store)[0]) ?? []).toEqual([]);
  });

  it('taken back at once come to nothing, whatever state was between', async () => {
    scenes.history.store(1);
    const { store, connection } = await online();
    const [message] = await until(store, (all) => all.length === 1);
    store.react(message!, '👍', true);
    store.react(message!, '👍', false);
    expect(shown(messages(store)[0]) ?? []).toEqual([]);
    const on = await connection.next('react');
    accept(connection, on, uuid(901));
    const off = await connection.next('react');
    expect([on['on'], off['on']]).toEqual([true, false]);
    accept(connection, off, uuid(902));
    connection.send(changed(1, 0, 5, { '👍': by(USER_1) }));
    await until(store, ([one]) => one?.version === 5);
    expect(shown(messages(store)[0]) ?? []).toEqual([]);
    connection.send(changed(1, 5, 8, {}));
    await until(store, ([one]) => one?.version === 8);
    expect(shown(messages(store)[0]) ?? []).toEqual([]);
  });

  it('are what the server has where states were missed: another device of the user may have undone them since', async () => {
    scenes.history.store(1);
    scenes.history.version = 5;
    const { store, connection } = await online();
    const [message] = await until(store, (all) => all.length === 1);
    store.react(message!, '👍', true);
    accept(connection, await connection.next('react'), uuid(901));
    scenes.history.messages[0] = { ...messageOf(1), version: 11 };
    scenes.history.version = 11;
    await store.readChanges(CONVERSATION);
    expect(shown(messages(store)[0]) ?? []).toEqual([]);
  });

  it('are answered by the state that has them, where the answer itself comes late or never', async () => {
    scenes.history.store(1);
    scenes.history.version = 5;
    const { store, connection, client } = await online();
    const [message] = await until(store, (all) => all.length === 1);
    store.react(message!, '👍', true);
    const frame = await connection.next('react');
    const event_id = client.pending[0]!.message_id;
    const named = { changes: [{ event_id, actor_id: USER_1 }] };
    connection.send(changed(1, 5, 8, { '👍': by(USER_1) }, named));
    await until(store, ([one]) => one?.version === 8);
    expect(client.pending).toEqual([]);
    accept(connection, frame, event_id);
    connection.send(changed(1, 8, 9, {}, { changes: [{ event_id: uuid(902), actor_id: USER_1 }] }));
    await until(store, ([one]) => one?.version === 9);
    expect(shown(messages(store)[0]) ?? []).toEqual([]);
  });

  it('wait for a server that takes them, and are shown again after a restart', async () => {
    scenes.history.store(1);
    const storage = memoryStorage();
    const old = await online({ storage }, { features: ['message', 'edited', 'deleted'] });
    const [message] = await until(old.store, (all) => all.length === 1);
    old.store.react(message!, '👍', true);
    await old.client.close();
    const { store, connection } = await online({ storage });
    await until(store, ([one]) => shown(one)?.[0]?.[2] === true);
    expect(await connection.next('react')).toMatchObject({ emoji: '👍' });
    expect(old.connection.ofType('react')).toEqual([]);
  });

  it('of a text that is no emoji are not taken', async () => {
    scenes.history.store(1);
    const { store } = await online();
    const [message] = await until(store, (all) => all.length === 1);
    expect(codeOf(() => store.react(message!, 'two words', true))).toBe('invalid_request');
    expect(shown(messages(store)[0])).toBeUndefined();
  });
});

describe('reactions as a server tells them', () => {
  it('are read by hand: what is not as it should be is left out', () => {
    const told = {
      a: by('x', USER_1),
      b: { count: 0, user_ids: [] },
      c: null,
      d: { count: 1 },
      e: { count: 60, user_ids: [7, 'x'] },
    };
    expect(reactionsOf(told, USER_1)).toEqual([
      { emoji: 'a', count: 2, own: true, user_ids: ['x', USER_1] },
      { emoji: 'e', count: 60, own: false, user_ids: ['x'] },
    ]);
    expect(reactionsOf(undefined, USER_1)).toEqual([]);
  });
});
