import { FakeHistory, deliver, messageOf } from '../../testing/fake-history';
import { refused, USER_1, USER_2, type FakeConnection } from '../../testing/fake-server';
import { memoryStorage, type RecordedClient } from '../../testing/recorded-client';
import { acceptedFor, CONVERSATION, SENT_AT, sceneForEachTest, uuid } from '../../testing/scene';
import type { ChatClientOptions } from '../options';
import { ChatStore, type Observable } from '.';

const scene = sceneForEachTest();
const stores: ChatStore[] = [];
afterEach(() => stores.splice(0).forEach((store) => store.release()));

/** Resolves with the value once it fits. */
async function until<T>(observable: Observable<T>, fits: (value: T) => boolean): Promise<T> {
  for (;;) {
    if (fits(observable.get())) return observable.get();
    await new Promise<void>((resolve) => {
      const stop = observable.subscribe(() => (stop(), resolve()));
    });
  }
}
/** Resolves once the server knows what it should. */
async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(10);
}
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function storeOf(client: RecordedClient['client'], storage = memoryStorage()): ChatStore {
  const store = new ChatStore(client, { storage });
  stores.push(store);
  return store;
}

async function online(
  history: FakeHistory,
  options: Partial<ChatClientOptions> = {},
  storage = memoryStorage(),
): Promise<RecordedClient & { connection: FakeConnection; store: ChatStore }> {
  const started = await scene.online(options, { seq: history.messages.length });
  const store = storeOf(started.client, storage);
  await until(store.listStatus, (status) => status.loaded);
  return { ...started, store };
}

/** What the timeline shows: contents, and the place of each gap. */
const shown = (store: ChatStore): string[] =>
  store
    .timeline(CONVERSATION)
    .get()
    .items.map((item) => (item.kind === 'gap' ? item.gap.place : item.message.content));
const numbers = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `message ${first + index}`);
const timelineShows = (store: ChatStore, ...texts: string[]) =>
  until(store.timeline(CONVERSATION), () => texts.every((text) => shown(store).includes(text)));
/** Looks at one gap after the other until there is none. */
async function lookAtGaps(store: ChatStore): Promise<void> {
  for (;;) {
    const gap = store
      .timeline(CONVERSATION)
      .get()
      .items.find((item) => item.kind === 'gap');
    if (gap?.kind !== 'gap') return;
    await store.loadGap(CONVERSATION, gap.gap.gap_id);
  }
}
/** The link goes down, these messages are stored, and with the next connection the catch-up brings the last ten of them. */
async function misses(connection: FakeConnection, history: FakeHistory, from: number, to: number): Promise<void> {
  connection.socket.terminate();
  history.store(from, to);
  const again = await scene.server.connection();
  const last = to - 10;
  again.welcome({ seq: last, skipped: last - from + 1 });
  for (let n = last + 1; n <= to; n += 1) deliver(again, messageOf(n), n);
}
const unread = (store: ChatStore): number | undefined => store.conversations.get()[0]?.unread;

describe('ChatStore', () => {
  let history: FakeHistory;
  beforeEach(() => (history = new FakeHistory(scene.server)));

  it('makes all of 120 messages reachable of which the catch-up brought ten', async () => {
    history.store(1, 20);
    const { store, connection } = await online(history);
    store.setActive(CONVERSATION);
    await timelineShows(store, 'message 20');
    await misses(connection, history, 21, 140);
    await timelineShows(store, 'message 140', 'message 91');
    await lookAtGaps(store);
    expect(shown(store)).toEqual(numbers(1, 140));
  });

  it('makes all messages reachable that came while the link was down into a conversation that was empty', async () => {
    const { store, connection } = await online(history);
    store.setActive(CONVERSATION);
    await until(store.timeline(CONVERSATION), ({ items, loading }) => items.length + loading.size === 0);
    await misses(connection, history, 1, 120);
    await timelineShows(store, 'message 120', 'message 71');
    await lookAtGaps(store);
    expect(shown(store)).toEqual(numbers(1, 120));
  });

  it('puts what the inbox still brings before the page that was read ahead of it', async () => {
    history.store(1, 60);
    history.messages.forEach((message, n) => {
      message.sent_at = new Date(Date.parse(SENT_AT) + n * 1_000).toISOString();
    });
    const { client, connection } = await scene.online({}, { seq: 0 });
    const store = storeOf(client);
    store.setActive(CONVERSATION);
    await timelineShows(store, 'message 60', 'message 11');
    history.messages.forEach((message, n) => deliver(connection, message, n + 1));
    await timelineShows(store, 'message 10');
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 60);
    expect(shown(store)).toEqual(['beginning', ...numbers(1, 60)]);
  });

  it('shows as newest and marks as read what came after entries were left out, not what came live before', async () => {
    history.store(1, 20);
    const { store, connection } = await online(history);
    store.setActive(CONVERSATION);
    await timelineShows(store, 'message 20');
    deliver(connection, messageOf(21));
    await timelineShows(store, 'message 21');
    await misses(connection, history, 21, 140);
    await timelineShows(store, 'message 140', 'message 91');
    expect(shown(store)).toEqual([...numbers(1, 21), 'middle', ...numbers(91, 140)]);
    await eventually(() => history.markers.includes(uuid(140)));
    await until(store.conversations, () => unread(store) === 0);
  });

  it('keeps the order of the server whatever the clock of this machine says', async () => {
    history.store(1);
    const { store, connection } = await online(history);
    store.setActive(CONVERSATION);
    await timelineShows(store, 'message 1');
    jest.useFakeTimers({
      now: Date.now() + 3_600_000,
      doNotFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'performance'],
    });
    try {
      store.send(CONVERSATION, 'question');
      const send = await connection.next('send');
      connection.send(acceptedFor(send));
      deliver(connection, { ...messageOf(3), content: 'answer' });
      await timelineShows(store, 'answer');
      expect(shown(store)).toEqual(['message 1', 'question', 'answer']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('puts what waits after what came, and at its place once it is accepted', async () => {
    const { store, connection } = await online(history);
    deliver(connection, messageOf(1));
    await timelineShows(store, 'message 1');
    store.setActive(CONVERSATION);
    store.send(CONVERSATION, 'mine');
    const send = await connection.next('send');
    deliver(connection, messageOf(2));
    await timelineShows(store, 'message 2');
    expect(shown(store).slice(-3)).toEqual(['message 1', 'message 2', 'mine']);
    connection.send(acceptedFor(send));
    deliver(connection, messageOf(3));
    await timelineShows(store, 'message 3');
    expect(shown(store).slice(-4)).toEqual(['message 1', 'message 2', 'mine', 'message 3']);
  });

  it('marks what is in view as read where that is known before anybody knows that it is unread', async () => {
    history.store(1, 3);
    const { client } = await scene.online({}, { seq: 3 });
    const store = storeOf(client);
    store.setActive(CONVERSATION);
    await eventually(() => history.markers.includes(uuid(3)) && unread(store) === 0);
    expect(history.markers).toEqual([uuid(3)]);
  });

  it('counts what comes after the user left, while the marker of what they saw is on its way', async () => {
    history.store(1);
    const { store, connection } = await online(history);
    store.setActive(CONVERSATION);
    await eventually(() => history.markers.length === 1);
    deliver(connection, history.store(2)[0]!, 2);
    await timelineShows(store, 'message 2');
    // Its marker waits: two of a conversation are two seconds apart.
    store.setActive(undefined);
    deliver(connection, history.store(3)[0]!, 3);
    await until(store.conversations, () => unread(store) === 1);
    await eventually(() => history.markers.length === 2);
    await wait(500);
    expect(unread(store)).toBe(1);
  });

  it('counts what another device left unread once the server says it, where it could not at once', async () => {
    history.store(1, 3);
    const { store, connection } = await online(history);
    await until(store.conversations, () => unread(store) === 3);
    history.away = true;
    const event = { event_id: uuid(90), actor_id: USER_1, at: SENT_AT, user_id: USER_1 };
    connection.send({ type: 'read', seq: 4, conversation_id: CONVERSATION, message_id: uuid(2), ...event });
    await wait(600);
    expect(unread(store)).toBe(3);
    history.markers.push(uuid(2));
    history.away = false;
    await until(store.conversations, () => unread(store) === 1);
  });

  it('shows what it took over from a client that is gone, until it is accepted', async () => {
    const { client, store, connection } = await online(history);
    const left = {
      id: 'left',
      message_id: uuid(90),
      conversation_id: CONVERSATION,
      recipient_id: USER_2,
      content: 'left',
    };
    expect(client.adopt([left, left])).toEqual([left]);
    expect(shown(store).at(-1)).toBe('left');
    await until(store.userNames, (names) => names.get(USER_2) === 'user2');
    const send = await connection.next('send');
    expect(send).toMatchObject({ id: 'left', recipient_id: USER_2, content: 'left' });
    connection.send({ ...acceptedFor(send), message_id: uuid(90) });
    const state = () => store.timeline(CONVERSATION).get().items.at(-1);
    await until(store.timeline(CONVERSATION), () => JSON.stringify(state()).includes('"accepted"'));
  });

  it('does not count own messages of another device as unread', async () => {
    history.store(1);
    const { store, connection } = await online(history);
    const before = unread(store);
    deliver(connection, messageOf(2, USER_1));
    await timelineShows(store, 'message 2');
    expect(unread(store)).toBe(before);
    deliver(connection, messageOf(3));
    await timelineShows(store, 'message 3');
    expect(unread(store)).toBe(2);
    const mine = store
      .timeline(CONVERSATION)
      .get()
      .items.find((item) => item.kind === 'message' && item.message.own);
    expect(mine).toMatchObject({ message: { content: 'message 2', state: 'accepted' } });
  });

  it('ends with nothing unread where a message is read the moment it comes, before it is stored', async () => {
    history.store(1);
    const { store, connection } = await online(history);
    store.setActive(CONVERSATION);
    await timelineShows(store, 'message 1');
    deliver(connection, messageOf(2));
    await timelineShows(store, 'message 2');
    await wait(50);
    expect(history.markers).not.toContain(uuid(2));
    history.store(2);
    connection.send({ type: 'stored', from: 2, message_ids: [uuid(2)] });
    while (!history.markers.includes(uuid(2))) await wait(20);
    expect(unread(store)).toBe(0);
    await store.refresh(CONVERSATION);
    expect(unread(store)).toBe(0);
  });

  it('tells the states of an own message apart, and keeps a refused text until it is discarded', async () => {
    const storage = memoryStorage();
    const { store, connection, client } = await online(history);
    stores.push(new ChatStore(client, { storage }));
    const state = () =>
      store
        .timeline(CONVERSATION)
        .get()
        .items.flatMap((item) => (item.kind === 'message' ? item.message.state : []));
    await store.refresh(CONVERSATION);
    deliver(connection, messageOf(1));
    await timelineShows(store, 'message 1');
    store.send(CONVERSATION, 'one');
    expect(state()).toEqual([undefined, 'sending']);
    const first = await connection.next('send');
    connection.send(acceptedFor(first));
    await until(store.timeline(CONVERSATION), () => state().includes('accepted'));
    connection.send({ type: 'stored', from: 1, message_ids: [uuid(1), acceptedFor(first).message_id] });
    await until(store.timeline(CONVERSATION), () => state().includes('stored'));
    store.send(CONVERSATION, 'two');
    const second = await connection.next('send');
    connection.send({ type: 'rejected', id: second['id'], code: 'content_invalid', message: 'no', retryable: false });
    await until(store.timeline(CONVERSATION), () => state().includes('failed'));
    const failed = store.timeline(CONVERSATION).get().items.at(-1);
    expect(failed).toMatchObject({ message: { content: 'two', code: 'content_invalid', reason: 'no' } });
  });

  it('shows an answer after what it answers, where one notice says that both are stored', async () => {
    const { store, connection } = await online(history);
    await store.refresh(CONVERSATION);
    deliver(connection, messageOf(1));
    await timelineShows(store, 'message 1');
    store.send(CONVERSATION, 'an answer');
    const accepted = acceptedFor(await connection.next('send'));
    connection.send(accepted);
    connection.send({ type: 'stored', from: 1, message_ids: [uuid(1), accepted.message_id] });
    await until(store.timeline(CONVERSATION), ({ items }) =>
      items.some((item) => item.kind === 'message' && item.message.state === 'stored'),
    );
    expect(shown(store).filter((text) => text.includes(' '))).toEqual(['message 1', 'an answer']);
  });

  it('finds texts again after a restart: drafts, what waits, and what was refused', async () => {
    const storage = memoryStorage();
    const started = await scene.start({ storage });
    const store = storeOf(started.client, storage);
    const { user_id } = { user_id: USER_2 };
    scene.server.http.set('GET /users', () => ({ status: 200, body: { user_id, username: 'user2' } }));
    const id = await store.openDirect('user2');
    expect(id).toBe(CONVERSATION);
    store.setDraft(CONVERSATION, 'begun');
    store.send(CONVERSATION, 'waits');
    await started.client.close();
    const next = await scene.start({ storage });
    const again = storeOf(next.client, storage);
    expect(again.draft(CONVERSATION)).toBe('begun');
    expect(shown(again)).toContain('waits');
    expect(again.conversations.get()[0]).toMatchObject({ recipient_id: USER_2, draft: 'begun' });
  });

  it.each(['a draft', 'a refused message'])(
    'lists after a restart the conversation without messages that %s is kept in, whatever the server lists',
    async (what) => {
      const storage = memoryStorage();
      const { store, connection, client } = await online(history, {}, storage);
      scene.server.http.set('GET /users', () => ({ status: 200, body: { user_id: USER_2, username: 'user2' } }));
      await store.openDirect('user2');
      if (what === 'a draft') store.setDraft(CONVERSATION, 'begun');
      else {
        store.send(CONVERSATION, 'begun');
        const { id } = await connection.next('send');
        connection.send({ type: 'rejected', id, code: 'content_invalid', message: 'no', retryable: false });
        await until(store.timeline(CONVERSATION), ({ items }) =>
          items.some((item) => item.kind === 'message' && item.message.state === 'failed'),
        );
      }
      const again = storeOf(client, storage);
      await until(again.listStatus, (status) => status.loaded);
      expect(again.conversations.get()).toMatchObject([{ conversation_id: CONVERSATION, recipient_id: USER_2 }]);
      expect([again.draft(CONVERSATION), ...shown(again)]).toContain('begun');
      again.setDraft(CONVERSATION, '');
      for (const item of again.timeline(CONVERSATION).get().items) {
        if (item.kind === 'message') again.discard(CONVERSATION, item.message.message_id);
      }
      expect(storeOf(client, storage).conversations.get()).toEqual([]);
    },
  );

  it('says that a gap could not be read, and reads it when it is looked at again', async () => {
    history.store(1, 60);
    const { store } = await online(history);
    history.away = true;
    store.setActive(CONVERSATION);
    await until(store.timeline(CONVERSATION), (view) => view.fault !== undefined);
    history.away = false;
    await store.loadGap(CONVERSATION, 'end');
    expect(store.timeline(CONVERSATION).get().fault).toBeUndefined();
    expect(shown(store)).toEqual(['beginning', ...numbers(11, 60)]);
  });

  it('ends where messages were removed for their age: what is shown stays, and nothing is sought before it', async () => {
    history.store(1, 140);
    const { store } = await online(history);
    store.setActive(CONVERSATION);
    await timelineShows(store, 'message 140', 'message 91');
    history.messages.splice(0, 100);
    await lookAtGaps(store);
    expect(shown(store)).toEqual(numbers(91, 140));
    const { fault, hasEnded } = store.timeline(CONVERSATION).get();
    expect([fault, hasEnded]).toEqual([undefined, true]);
  });

  it('shows a conversation that nobody wrote in yet as empty', async () => {
    const { store } = await online(history);
    scene.server.http.set(`GET /conversations/${CONVERSATION}/messages`, () =>
      refused(404, 'unknown_conversation', false),
    );
    scene.server.http.set('GET /users', () => ({ status: 200, body: { user_id: USER_2, username: 'user2' } }));
    store.setActive(await store.openDirect('user2'));
    await until(store.timeline(CONVERSATION), (view) => view.items.length === 0);
    expect(store.timeline(CONVERSATION).get().fault).toBeUndefined();
  });

  it('reads the list once the server is back, and knows the names of those in it', async () => {
    history.store(1, 3);
    history.away = true;
    const started = await scene.start();
    const store = storeOf(started.client);
    await until(store.listStatus, (status) => status.fault !== undefined);
    history.away = false;
    (await scene.server.connection()).welcome({ seq: 3 });
    await until(store.listStatus, (status) => status.loaded);
    expect(store.conversations.get()).toMatchObject([
      { conversation_id: CONVERSATION, unread: 3, last: { content: 'message 3' } },
    ]);
    const names = await until(store.userNames, (known) => known.size === 2);
    expect([names.get(USER_1), names.get(USER_2)]).toEqual(['user1', 'user2']);
  });

  it('knows the settings of a conversation, whichever device changed them', async () => {
    history.store(1);
    const { store, connection } = await online(history);
    const settings = () => store.conversations.get()[0]?.settings;
    expect(settings()).toEqual({ receipts: 'on' });
    await store.changeSettings(CONVERSATION, { receipts: 'off' });
    expect(settings()).toEqual({ receipts: 'off' });
    const event = { event_id: uuid(900), conversation_id: CONVERSATION, user_id: USER_1, at: SENT_AT };
    connection.send({ type: 'settings', seq: 2, ...event, receipts: 'on', muted_until: null });
    await until(store.conversations, () => settings()?.receipts === 'on');
  });

  it('shows own messages received and read, as told live, and as the members say once the conversation is opened again', async () => {
    history.store(1, 3, USER_1);
    const { store, connection } = await online(history);
    const states = () =>
      store
        .timeline(CONVERSATION)
        .get()
        .items.map((item) => (item.kind === 'message' ? item.message.state : item.kind));
    const showsStates = (...expected: string[]) =>
      until(store.timeline(CONVERSATION), () => JSON.stringify(states()) === JSON.stringify(expected));
    history.receipts.set(USER_2, { received: { message_id: uuid(1), number: 1 } });
    store.setActive(CONVERSATION);
    await showsStates('received', 'stored', 'stored');
    const receipt = {
      user_id: USER_2,
      received: { message_id: uuid(3), number: 3 },
      read: { message_id: uuid(2), number: 2 },
    };
    connection.send({ type: 'receipts', conversation_id: CONVERSATION, users: [receipt] });
    await showsStates('read', 'read', 'received');
    history.receipts.set(USER_2, { ...receipt, read: receipt.received });
    connection.socket.terminate();
    (await scene.server.connection()).welcome({ seq: 3 });
    await showsStates('read', 'read', 'read');
    await store.changeSettings(CONVERSATION, { receipts: 'off' });
    await showsStates('stored', 'stored', 'stored');
  });
});
