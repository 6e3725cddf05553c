import { randomUUID } from 'node:crypto';
import { silentLogger } from '@chat-app/platform';
import { DEAD_MESSAGES_TOPIC, MESSAGES_TOPIC, userChannel } from '@chat-app/protocol';
import { describeWithBackend } from '../../../test/testing/backends';
import { directMessage } from '../testing/embedded-context';
import { PersistenceOnBackends, until } from '../testing/persistence-on-backends';
import { redriveMessages } from './storing/redrive-messages';

describeWithBackend(['kafka', 'postgres', 'redis'], 'persistence on real backends', () => {
  let system: PersistenceOnBackends;
  beforeAll(async () => {
    system = await PersistenceOnBackends.open();
    await system.startPod();
  }, 120_000);
  afterAll(() => system.close(), 60_000);

  const crowd = Array.from({ length: 20 }, () => randomUUID());
  const someone = () => crowd[Math.floor(Math.random() * crowd.length)]!;
  const chatter = (count: number) => Array.from({ length: count }, () => directMessage(someone(), someone()));

  it('stores what is appended and announces it after the commit', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const message = directMessage(ann, bob);
    const received = new Promise<string>((resolve) => {
      system.fanout.onMessage((channel, payload) => {
        if (channel === userChannel(bob)) resolve(Buffer.from(payload).toString('utf8'));
      });
    });
    await until('Redis is there', () => system.fanout.state === 'connected');
    await system.fanout.subscribe([userChannel(bob)]);
    await system.append([message]);
    expect(JSON.parse(await received)).toMatchObject({
      kind: 'stored',
      event_ids: [message.message_id],
      positions: { [bob]: [1] },
    });
    expect(await system.countStored([message])).toBe(1);
  }, 60_000);

  it('re-publishes exactly the refused message MAX_RETRY_VALUE times, dead-letters it, and redrives it', async () => {
    const alter = (text: string) => system.database.query({ name: 'alter', text });
    // Of this run alone: the log may hold those of runs before.
    const content = `poison ${randomUUID()}`;
    await alter(`alter table chat.messages add constraint no_poison check (content <> '${content}')`);
    const poison = directMessage(someone(), someone(), content);
    const neighbours = chatter(200);
    await system.append([...neighbours.slice(0, 100), poison, ...neighbours.slice(100)]);
    const archived = async () => {
      const text = 'select error_code, error from chat.dead_messages where message_id = $1';
      return system.database.query<{ error_code: string; error: string }>({ name: 'dead', text }, [poison.message_id]);
    };
    await until('the poison is archived', async () => (await archived()).length > 0);

    const copies = () => system.forwarded.filter(({ value }) => value?.includes(poison.message_id) === true);
    await until('the observers saw every copy', () => copies().length >= 5);
    const retries = copies()
      .filter(({ topic }) => topic === MESSAGES_TOPIC)
      .map(({ headers }) => headers['retry-count']);
    expect(retries).toEqual([undefined, '1', '2', '3']);
    const dead = copies().filter(({ topic }) => topic === DEAD_MESSAGES_TOPIC);
    expect(dead).toHaveLength(1);
    expect(dead[0]!.headers).toMatchObject({
      'error-code': '23514',
      error: expect.stringContaining('no_poison') as string,
      'retry-count': '3',
      'source-topic': 'messages',
      traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c') as string,
    });
    const isNeighbour = (value: string | null) => neighbours.some(({ message_id }) => value?.includes(message_id));
    const others = system.forwarded.filter(({ value }) => isNeighbour(value));
    expect(others.filter(({ headers }) => headers['retry-count'] !== undefined)).toEqual([]);
    await until('the neighbours are stored', async () => (await system.countStored(neighbours)) === neighbours.length);
    expect(await system.countStored([poison])).toBe(0);

    await alter('alter table chat.messages drop constraint no_poison');
    const options = { conversationId: poison.conversation_id, limit: 10, dryRun: false, force: false };
    expect(
      await redriveMessages({ database: system.database, log: system.log, logger: silentLogger }, options),
    ).toMatchObject({ redriven: 1 });
    await until('the poison is stored', async () => (await system.countStored([poison])) === 1);
    await until('the observer saw the copy that was redriven', () => copies().length >= 6);
    expect(await system.findFaultyInboxes()).toEqual([]);
  }, 120_000);

  it('waits during an outage of PostgreSQL, dead-letters nothing, and leaves the inboxes gapless', async () => {
    const before = system.forwarded.length;
    const messages = chatter(600);
    await system.append(messages.slice(0, 200));
    system.proxy.mode = 'refuse';
    system.proxy.cut();
    await system.append(messages.slice(200, 400));
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    // What was appended since waits.
    expect(await system.countStored(messages)).toBeLessThanOrEqual(200);
    system.proxy.mode = 'pass';
    await system.append(messages.slice(400));
    await until('everything is stored', async () => (await system.countStored(messages)) === messages.length);
    expect(await system.findFaultyInboxes()).toEqual([]);
    const later = system.forwarded.slice(before);
    expect(later.filter(({ topic, headers }) => topic !== MESSAGES_TOPIC || 'retry-count' in headers)).toEqual([]);
  }, 120_000);

  it('stores everything once while consumers come and go', async () => {
    const messages = chatter(3_000);
    const feeding = (async () => {
      for (let at = 0; at < messages.length; at += 100) {
        await system.append(messages.slice(at, at + 100));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const more = await Promise.all([system.startPod(), system.startPod()]);
    await until('half is stored', async () => (await system.countStored(messages)) > messages.length / 2);
    for (const pod of more) await pod.close();
    await feeding;
    await until('everything is stored', async () => (await system.countStored(messages)) === messages.length);
    expect(await system.findFaultyInboxes()).toEqual([]);
  }, 180_000);
});
