import { deletionId, editId } from '@chat-app/protocol';
import { deliver, messageOf } from '../../testing/fake-history';
import { USER_1, USER_2, type FakeConnection, type Frame } from '../../testing/fake-server';
import { memoryStorage } from '../../testing/recorded-client';
import { CONVERSATION, uuid } from '../../testing/scene';
import { messages, storeSceneForEachTest, until } from '../../testing/store-scene';
import { ChatStore } from '.';

const FEATURES = { features: ['data', 'deleted', 'edited', 'message'] };
const AT = '2026-01-02T03:05:00.000Z';
const LATER = '2026-01-02T03:06:00.000Z';

const scenes = storeSceneForEachTest(FEATURES.features);
const { scene, online } = scenes;

let events = 0;
const change = (type: 'edited' | 'deleted', message_id: string, fields: object = {}) => ({
  ...{ type, event_id: uuid(10_000 + (events += 1)), conversation_id: CONVERSATION, actor_id: USER_2, at: AT },
  message_id,
  ...fields,
});
const accept = (connection: FakeConnection, frame: Frame, message_id: string) =>
  connection.send({ type: 'accepted', id: frame['id'], message_id, conversation_id: CONVERSATION, sent_at: AT });

describe('edits and deletions in the store', () => {
  it('change what is shown, live or as entries, and the last message of the list', async () => {
    scenes.history.store(1, 2);
    const { store, connection } = await online();
    await until(store, (shown) => shown.length === 2);
    connection.send(change('edited', uuid(2), { content: 'better' }));
    await until(store, ([, second]) => second?.content === 'better');
    expect(messages(store)[1]).toMatchObject({ edited_at: AT });
    expect(store.conversations.get()[0]?.last).toMatchObject({ content: 'better', edited_at: AT });
    connection.send(change('deleted', uuid(2), { seq: 3, at: LATER }));
    await until(store, ([, second]) => second?.deleted_at === LATER);
    expect(messages(store)[1]).toMatchObject({ content: '', deleted_by: USER_2 });
    expect(store.conversations.get()[0]?.last).toMatchObject({ content: '' });
  });

  it('take away with a content what it answered and whom it mentioned', async () => {
    const { store, connection } = await online();
    deliver(connection, { ...messageOf(1), reply_to: uuid(9), mentions: [USER_1] });
    await until(store, ([first]) => first?.reply_to === uuid(9) && first.mentions?.length === 1);
    connection.send(change('deleted', uuid(1)));
    const [first] = await until(store, ([shown]) => shown?.deleted_at === AT);
    expect(first).not.toHaveProperty('reply_to');
    expect(first).not.toHaveProperty('mentions');
  });

  it('come to the same in whatever order they are heard, and nothing comes back after a deletion', async () => {
    scenes.history.store(1, 2);
    const { store, connection } = await online();
    await until(store, (shown) => shown.length === 2);
    connection.send(
      change('edited', uuid(1), { content: 'newest', at: LATER }),
      change('edited', uuid(1), { content: 'older', at: AT }),
      change('deleted', uuid(2)),
      change('edited', uuid(2), { content: 'back', at: LATER }),
      change('edited', uuid(3), { content: 'before its message' }),
    );
    deliver(connection, messageOf(3));
    const shown = await until(store, (all) => all.length === 3);
    expect(shown.map(({ content }) => content)).toEqual(['newest', '', 'before its message']);
  });

  it('stand over a page of history that was read before they happened', async () => {
    scenes.history.store(1);
    const { store, connection, events: reported } = await online();
    connection.send(change('deleted', uuid(1)));
    await reported.deleted.next();
    const [first] = await until(store, (shown) => shown.length === 1);
    expect(first).toMatchObject({ content: '', deleted_at: AT });
  });

  it('of one’s own are shown at once, sent until they are accepted, and stay', async () => {
    scenes.history.store(1, 1, USER_1);
    const { store, connection, client } = await online();
    const [mine] = await until(store, (shown) => shown.length === 1);
    store.edit(mine!, 'better');
    expect(messages(store)[0]).toMatchObject({ content: 'better', change: { type: 'edit', state: 'sending' } });
    expect(client.pending).toHaveLength(1);
    const frame = await connection.next('edit');
    expect(frame).toMatchObject({ message_id: uuid(1), recipient_id: USER_2, content: 'better' });
    const identity = { actor_id: USER_1, conversation_id: CONVERSATION, message_id: uuid(1), content: 'better' };
    accept(connection, frame, editId({ ...identity, id: String(frame['id']) }));
    await until(store, ([first]) => first?.change === undefined);
    expect(messages(store)[0]).toMatchObject({ content: 'better', edited_at: AT });
    store.delete(messages(store)[0]!);
    store.delete(messages(store)[0]!);
    accept(connection, await connection.next('delete'), deletionId(uuid(1)));
    await until(store, ([first]) => first?.deleted_at === AT);
    expect(connection.ofType('delete')).toHaveLength(1);
  });

  it('that are refused show what the message is, with the text that was not taken', async () => {
    scenes.history.store(1, 1, USER_1);
    const { store, connection } = await online();
    const [mine] = await until(store, (shown) => shown.length === 1);
    store.edit(mine!, 'too late');
    const { id } = await connection.next('edit');
    connection.send({ type: 'rejected', id, code: 'too_late', message: '', retryable: false });
    const failed = await until(store, ([first]) => first?.change?.state === 'failed');
    expect(failed[0]).toMatchObject({ content: 'message 1', change: { content: 'too late', code: 'too_late' } });
    store.dismissChange(failed[0]!);
    expect(messages(store)[0]).not.toHaveProperty('change');
  });

  it('that are made offline survive a restart and are sent when the server can take them', async () => {
    scenes.history.store(1, 1, USER_1);
    const storage = memoryStorage();
    const { store, client, connection } = await online({ storage });
    const [mine] = await until(store, (shown) => shown.length === 1);
    connection.socket.terminate();
    store.edit(mine!, 'written offline');
    await client.close();
    const again = await scene.online({ storage }, { seq: 1, features: ['message'] });
    const restored = new ChatStore(again.client, { storage });
    scenes.keep(restored);
    restored.setActive(CONVERSATION);
    const [shown] = await until(restored, (all) => all.length === 1);
    expect(shown).toMatchObject({ content: 'written offline', change: { state: 'sending' } });
    expect(again.connection.ofType('edit')).toEqual([]);
    again.connection.socket.terminate();
    const newer = await scene.server.connection();
    newer.welcome({ seq: 1, ...FEATURES });
    expect(await newer.next('edit')).toMatchObject({ message_id: uuid(1), content: 'written offline' });
  });
});
