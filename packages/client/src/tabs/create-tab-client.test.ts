import { acceptedFor, contents, incoming, sceneForEachTest, SENT_AT } from '../../testing/scene';
import { FakeBrowser, type FakeTab } from '../../testing/fake-browser';
import { USER_2, type FakeConnection, type Frame } from '../../testing/fake-server';
import { memoryStorage, session } from '../../testing/recorded-client';
import type { ChatClient } from '../chat-client';
import type { ReceivedMessage } from '../events';
import { createTabClient, type TabClientOptions } from './create-tab-client';

const jwt = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

const until = async (holds: () => boolean): Promise<void> => {
  for (let attempt = 0; !holds(); attempt += 1) {
    if (attempt > 400) throw new Error('it never came to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('tabs that share a connection', () => {
  const scene = sceneForEachTest();
  const opened: ChatClient[] = [];
  let browser: FakeBrowser;
  let storage: ReturnType<typeof memoryStorage> & { getItem(key: string): string | null };

  beforeEach(() => {
    browser = new FakeBrowser();
    const memory = memoryStorage();
    storage = { ...memory, getItem: (key) => memory.items.get(key) ?? null };
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((client) => client.close()));
  });

  const openTab = async (tab: FakeTab | undefined = browser.open(), options: Partial<TabClientOptions> = {}) => {
    const { client } = await createTabClient(
      {
        ...{ url: scene.server.url, storage, WebSocket: tab?.WebSocket ?? browser.open().WebSocket },
        ...{
          confirmAfterMs: 10,
          reconnectBackoff: { firstMs: 10, maxMs: 40 },
          sendBackoff: { firstMs: 10, maxMs: 40 },
        },
        ...(options.getToken === undefined && { session: session() }),
        ...options,
      },
      tab,
      50,
    );
    opened.push(client);
    const messages: ReceivedMessage[] = [];
    const missed: unknown[] = [];
    client.on('message', (message) => messages.push(message));
    client.on('missed', (event) => missed.push(event));
    return { tab, client, messages, missed, online: () => until(() => client.state === 'online') };
  };

  /** Two tabs, both online over the first's connection. */
  const two = async () => {
    const first = await openTab();
    const connection = await scene.server.connection();
    connection.welcome({ features: ['after', 'data', 'ping'] });
    await first.online();
    const second = await openTab();
    await second.online();
    return { first, second, connection };
  };

  const answer = (connection: FakeConnection, frame: Frame): void => connection.send(acceptedFor(frame));

  it('are one connection and one device, and all hear what comes', async () => {
    const { first, second, connection } = await two();
    connection.send(incoming(1), { type: 'stored', from: 1, message_ids: [incoming(1).message_id] }, incoming(2, 2));
    await until(() => second.messages.length === 2 && first.messages.length === 2);
    expect((await connection.next('received'))['seq']).toBeLessThanOrEqual(2);
    await until(() => connection.ofType('received').at(-1)?.['seq'] === 2);
    expect(scene.server.handshakes).toBe(1);
    expect(second.client.deviceId).toBe(first.client.deviceId);
    expect([first.missed, second.missed]).toEqual([[], []]);
  });

  it('send through the one that has it, and each sees what the other sent', async () => {
    const { first, second, connection } = await two();
    const sent = second.client.send({ recipient_id: USER_2, content: 'from the second' });
    answer(connection, await connection.next('send'));
    expect(await second.client.settle(sent.id)).toMatchObject({ state: 'accepted', message_id: sent.message_id });
    await until(() => first.messages.length === 1);
    expect(first.messages[0]).toMatchObject({
      message_id: sent.message_id,
      content: 'from the second',
      sent_at: SENT_AT,
    });
    expect(second.messages).toEqual([]);
    connection.send({ type: 'stored', from: 1, message_ids: [sent.message_id] });
    expect(await second.client.settle(sent.id, 'stored')).toMatchObject({ state: 'stored' });
    await until(() => connection.ofType('received').at(-1)?.['seq'] === 1);
  });

  it.each(['closed', 'killed'] as const)('lose nothing where the one that has it is %s', async (how) => {
    const { first, second, connection } = await two();
    connection.send(incoming(1, 1));
    await until(() => second.messages.length === 1);
    const sent = second.client.send({ recipient_id: USER_2, content: 'unanswered' });
    await connection.next('send');
    if (how === 'closed') await first.client.close();
    else first.tab.kill();
    const next = await scene.server.connection();
    expect(next.deviceId).toBe(connection.deviceId);
    next.welcome({ seq: 0 });
    next.send(incoming(1, 1), incoming(2, 2));
    const again = await next.next('send');
    expect([again['id'], again['content']]).toEqual([sent.id, 'unanswered']);
    answer(next, again);
    await second.client.settle(sent.id);
    await until(() => second.messages.length === 2);
    expect(second.missed).toEqual([]);
    expect(scene.server.handshakes).toBe(2);
  });

  it('take the connection from a tab that hangs, which follows once it is back', async () => {
    const { first, second } = await two();
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    first.tab.hang();
    second.client.send({ recipient_id: USER_2, content: 'anybody?' });
    const next = await scene.server.connection();
    next.welcome();
    const frame = await next.next('send');
    answer(next, frame);
    first.tab.wake();
    await first.online();
    await second.client.settle(String(frame['id']));
    const sent = first.client.send({ recipient_id: USER_2, content: 'I am back' });
    answer(next, await next.next('send'));
    await first.client.settle(sent.id);
    expect(scene.server.handshakes).toBe(2);
  });

  it('send what a tab that is gone left, and show it', async () => {
    const { first, second, connection } = await two();
    const adopted: unknown[] = [];
    first.client.on('adopted', (entries) => adopted.push(...entries));
    second.client.send({ recipient_id: USER_2, content: 'one' });
    second.client.send({ recipient_id: USER_2, content: 'two' });
    const frames = [await connection.next('send'), await connection.next('send')];
    second.tab.kill();
    await until(() => adopted.length === 2);
    const again = [await connection.next('send'), await connection.next('send')];
    expect(contents(again)).toEqual(['one', 'two']);
    expect(again.map((frame) => frame['id'])).toEqual(frames.map((frame) => frame['id']));
    for (const frame of again) answer(connection, frame);
    await until(() => first.client.pending.length === 0);
    expect([...storage.items].filter(([key, value]) => key.endsWith('.outbox') && value !== '[]')).toEqual([]);
  });

  it('go on by the position of the tab that is furthest behind', async () => {
    const { first, second, connection } = await two();
    second.tab.hang();
    connection.send(incoming(1, 1));
    await until(() => first.messages.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(connection.ofType('received').map((frame) => frame['seq'])).not.toContain(1);
    second.tab.kill();
    await until(() => connection.ofType('received').at(-1)?.['seq'] === 1);
  });

  it('keep users apart', async () => {
    const { connection } = await two();
    const other = await openTab(browser.open(), { getToken: () => jwt({ sub: USER_2 }) });
    const theirs = await scene.server.connection();
    theirs.welcome({ user_id: USER_2 });
    await other.online();
    expect(theirs).not.toBe(connection);
  });

  it('all end where the session ends', async () => {
    const { first, second, connection } = await two();
    connection.socket.close(4500, 'signed out');
    await until(() => first.client.state === 'signed_out' && second.client.state === 'signed_out');
  });

  it('have a connection each, as devices of their own, where the browser has no locks', async () => {
    const names = ['one', 'two'];
    const tabs = await Promise.all(
      names.map(async () => {
        const tab = browser.open();
        const { client } = await createTabClient(
          { url: scene.server.url, storage, WebSocket: tab.WebSocket, session: session() },
          undefined,
        );
        opened.push(client);
        return client;
      }),
    );
    for (const _client of tabs) (await scene.server.connection()).welcome();
    await until(() => tabs.every(({ state }) => state === 'online'));
    expect(scene.server.handshakes).toBe(2);
    expect(new Set(tabs.map(({ deviceId }) => deviceId)).size).toBe(2);
  });
});
