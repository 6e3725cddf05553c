import { FakeHistory, deliver, messageOf } from '../../testing/fake-history';
import { refused, USER_1, USER_2, type FakeConnection } from '../../testing/fake-server';
import { CONVERSATION, SENT_AT, sceneForEachTest, uuid } from '../../testing/scene';
import { ChatStore } from '.';

const scene = sceneForEachTest();
const stores: ChatStore[] = [];
afterEach(() => stores.splice(0).forEach((store) => store.release()));

const unread = (store: ChatStore): number | undefined => store.conversations.get()[0]?.unread;
/** Resolves once this device shows so many. */
async function shows(store: ChatStore, count: number): Promise<void> {
  while (unread(store) !== count) {
    await new Promise<void>((resolve) => {
      const stop = store.conversations.subscribe(() => (stop(), resolve()));
    });
  }
}
/** Resolves once the server knows what it should. */
async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('What a store shows as unread', () => {
  let history: FakeHistory;
  beforeEach(() => (history = new FakeHistory(scene.server)));

  const online = async (): Promise<{ store: ChatStore; connection: FakeConnection }> => {
    const { client, connection } = await scene.online({}, { seq: history.messages.length });
    const store = new ChatStore(client);
    stores.push(store);
    await store.load();
    return { store, connection };
  };
  const stored = (connection: FakeConnection, from: number, ...numbers: number[]) =>
    connection.send({ type: 'stored', from, message_ids: numbers.map(uuid) });

  it('has a live message in it, though the server, asked before that is stored, does not count it', async () => {
    history.store(1);
    const { store, connection } = await online();
    deliver(connection, messageOf(2));
    await shows(store, 2);
    await store.refresh(CONVERSATION);
    expect(unread(store)).toBe(2);
    await store.load();
    expect(unread(store)).toBe(2);
    history.store(2);
    stored(connection, 2, 2);
    deliver(connection, messageOf(3), 3);
    history.store(3);
    await shows(store, 3);
    await store.refresh(CONVERSATION);
    expect(unread(store)).toBe(3);
  });

  it('is asked for once what was not in the last answer is stored: another device may have read it', async () => {
    history.store(1);
    const { store, connection } = await online();
    deliver(connection, messageOf(2));
    await shows(store, 2);
    await store.refresh(CONVERSATION);
    history.store(2);
    history.markers.push(uuid(2));
    stored(connection, 2, 2);
    await shows(store, 0);
  });

  it('has no deleted message in it, though the server was asked before the deletion was stored', async () => {
    history.store(1, 3);
    const { store, connection } = await online();
    await shows(store, 3);
    history.described = 0;
    const deletion = { event_id: uuid(90), actor_id: USER_2, at: SENT_AT };
    connection.send({ type: 'deleted', conversation_id: CONVERSATION, message_id: uuid(2), ...deletion });
    await eventually(() => history.described > 0);
    await shows(store, 3);
    history.messages.splice(1, 1);
    connection.send({ type: 'stored', from: 4, message_ids: [uuid(90)] });
    await shows(store, 2);
  });

  describe('where the server keeps a marker of a message that is not stored yet', () => {
    let store: ChatStore;
    let connection: FakeConnection;
    let refusals: number | undefined;
    beforeEach(async () => {
      refusals = undefined;
      scene.server.http.set(`PUT /conversations/${CONVERSATION}/read`, (body) => {
        if (refusals !== undefined) {
          refusals += 1;
          return refused(503, 'unavailable', true);
        }
        history.markers.push(String(body['message_id']));
        return { status: 204 };
      });
      history.store(1);
      ({ store, connection } = await online());
      deliver(connection, messageOf(2));
      deliver(connection, messageOf(3));
      await shows(store, 3);
    });
    const readElsewhere = (seq: number, n: number) => {
      history.markers.push(uuid(n));
      const event = { event_id: uuid(90), actor_id: USER_1, at: SENT_AT, user_id: USER_1 };
      connection.send({ type: 'read', seq, conversation_id: CONVERSATION, message_id: uuid(n), ...event });
    };

    it('is nothing once that is stored, though the server was asked before', async () => {
      refusals = 0;
      store.setActive(CONVERSATION);
      await eventually(() => refusals !== 0);
      store.setActive(undefined);
      history.store(2);
      // It is marked once nobody looks: the server is asked then.
      refusals = undefined;
      await shows(store, 2);
      history.store(3);
      stored(connection, 2, 2, 3);
      await shows(store, 0);
    });

    it('is nothing on the other devices either', async () => {
      history.store(2);
      readElsewhere(2, 3);
      await shows(store, 0);
      await shows(store, 2);
      history.store(3);
      stored(connection, 3, 2, 3);
      await shows(store, 0);
    });

    it('has what is stored after the message up to which another device read, though it came before', async () => {
      history.store(3);
      stored(connection, 2, 3);
      history.described = 0;
      readElsewhere(3, 3);
      await eventually(() => history.described > 0);
      await shows(store, 0);
      history.store(2);
      stored(connection, 4, 2);
      await shows(store, 1);
    });
  });

  it('is asked for again where an answer came while a marker was on its way', async () => {
    history.store(1, 2);
    const put = scene.server.http.get(`PUT /conversations/${CONVERSATION}/read`)!;
    scene.server.http.set(`PUT /conversations/${CONVERSATION}/read`, () => refused(503, 'unavailable', true));
    const { store, connection } = await online();
    store.setActive(CONVERSATION);
    await shows(store, 0);
    connection.socket.terminate();
    history.store(3, 100);
    (await scene.server.connection()).welcome({ seq: 100, skipped: 98 });
    await eventually(() =>
      store
        .timeline(CONVERSATION)
        .get()
        .items.some((item) => item.kind === 'message' && item.message.message_id === uuid(100)),
    );
    await store.load();
    scene.server.http.set(`PUT /conversations/${CONVERSATION}/read`, put);
    await eventually(() => history.markers.at(-1) === uuid(100));
  });

  it('is nothing on any device once messages are read that are stored in another order than they came in', async () => {
    history.store(1);
    const { store, connection } = await online();
    store.setActive(CONVERSATION);
    await shows(store, 0);
    deliver(connection, messageOf(3));
    deliver(connection, messageOf(2));
    await eventually(() => store.timeline(CONVERSATION).get().items.length === 3);
    store.setActive(undefined);
    history.store(2, 3);
    stored(connection, 2, 2, 3);
    await eventually(() => history.markers.at(-1) === uuid(3));
    await store.refresh(CONVERSATION);
    expect(unread(store)).toBe(0);
  });

  it('stays until the newest messages are shown, where the device has only older ones', async () => {
    history.store(1, 2);
    const { store, connection } = await online();
    store.setActive(CONVERSATION);
    await eventually(() => history.markers.at(-1) === uuid(2));
    store.setActive(undefined);
    connection.socket.terminate();
    history.store(3, 100);
    (await scene.server.connection()).welcome({ seq: 100, skipped: 98 });
    await shows(store, 98);
    store.setActive(CONVERSATION);
    await eventually(() => history.markers.at(-1) === uuid(100));
    expect(unread(store)).toBe(0);
  });

  it('is what another device left where this one does not know the newest messages', async () => {
    history.store(1, 2);
    const { store, connection } = await online();
    await store.loadGap(CONVERSATION, 'end');
    history.markers.push(uuid(2));
    await store.refresh(CONVERSATION);
    connection.socket.terminate();
    history.store(3, 5);
    const again = await scene.server.connection();
    again.welcome({ seq: 5, skipped: 3 });
    await shows(store, 3);
    const event = { event_id: uuid(90), actor_id: USER_1, at: SENT_AT, user_id: USER_1 };
    again.send({ type: 'read', seq: 6, conversation_id: CONVERSATION, message_id: uuid(2), ...event });
    await again.frames.next((frame) => frame.type === 'received' && frame['seq'] === 6);
    await shows(store, 3);
  });

  it('is marked in a direct conversation whose first message is long in being stored', async () => {
    const { store, connection } = await online();
    let refusals = 0;
    const put = scene.server.http.get(`PUT /conversations/${CONVERSATION}/read`)!;
    scene.server.http.set(`PUT /conversations/${CONVERSATION}/read`, (body, request) => {
      if (history.messages.length > 0) return put(body, request);
      refusals += 1;
      return refused(404, 'unknown_conversation', false);
    });
    store.setActive(CONVERSATION);
    deliver(connection, messageOf(1));
    await eventually(() => refusals > 0);
    history.store(1);
    await eventually(() => history.markers.includes(uuid(1)));
  });
});
