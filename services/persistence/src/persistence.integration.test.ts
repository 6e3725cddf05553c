import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { LogRecord } from '@chat-app/message-log';
import { Metrics, parseConfiguration, secretOf, silentLogger } from '@chat-app/platform';
import { createPostgresDatabase } from '@chat-app/database/postgres';
import { createRedisFanout } from '@chat-app/fanout/redis';
import { createKafkaMessageLog, type KafkaMessageLog } from '@chat-app/message-log/kafka';
import { DEAD_MESSAGES_TOPIC, MESSAGES_TOPIC, userChannel, type ChatMessage } from '@chat-app/protocol';
import { backendAddress, describeWithBackend } from '../../../test/testing/backends';
import { TcpProxy } from '../../../test/testing/tcp-proxy';
import { directMessage } from '../testing/embedded-context';
import { persistenceVariables } from './configuration';
import { createPersistence, type Persistence } from './create-persistence';
import { redriveMessages } from './storing/redrive-messages';

const RETENTION = [MESSAGES_TOPIC, DEAD_MESSAGES_TOPIC].map((topic) => ({ topic, partitions: 12 }));

describeWithBackend(['kafka', 'postgres', 'redis'], 'persistence on real backends', () => {
  const databaseName = `persistence_${randomUUID().replaceAll('-', '')}`;
  const groupId = `persistence-${randomUUID()}`;
  const logger = silentLogger;
  const pods: Pod[] = [];
  let admin: Database;
  let proxy: TcpProxy;
  /** Of the test itself: beside the proxy. */
  let database: Database;
  let log: KafkaMessageLog;
  let fanout: Fanout;
  const forwarded: LogRecord[] = [];

  interface Pod {
    persistence: Persistence;
    close(): Promise<void>;
  }

  const databaseAt = (address: string | undefined, name: string) => {
    const url = new URL(backendAddress('postgres'));
    if (address !== undefined) url.host = address;
    url.pathname = `/${name}`;
    const options = { url: secretOf(url.toString()), applicationName: 'test', logger, metrics: new Metrics('test') };
    return createPostgresDatabase({ ...options, poolSize: 5 });
  };
  const kafkaLog = () =>
    createKafkaMessageLog({ brokers: backendAddress('kafka').split(','), clientId: randomUUID(), logger });
  const redis = () =>
    createRedisFanout({
      url: backendAddress('redis'),
      sentinels: [],
      podName: randomUUID(),
      logger,
      metrics: new Metrics('test'),
    });

  async function startPod(): Promise<Pod> {
    const [podLog, podFanout, podDatabase] = [kafkaLog(), redis(), databaseAt(proxy.address, databaseName)];
    const persistence = createPersistence({
      log: podLog,
      fanout: podFanout,
      database: podDatabase,
      authentication: { findUnknownUsers: async () => [] },
      configuration: parseConfiguration({ KAFKA_GROUP_ID: groupId }, persistenceVariables),
      logger,
      metrics: new Metrics('persistence'),
    });
    const pod = {
      persistence,
      async close() {
        await persistence.drain();
        await podLog.close();
        await podFanout.close();
        await podDatabase.close();
      },
    };
    pods.push(pod);
    await persistence.start();
    return pod;
  }

  beforeAll(async () => {
    admin = databaseAt(undefined, new URL(backendAddress('postgres')).pathname.slice(1));
    await admin.query({ name: 'create', text: `create database ${databaseName}` });
    const url = new URL(backendAddress('postgres'));
    proxy = await TcpProxy.open(`${url.hostname}:${url.port || '5432'}`);
    database = databaseAt(undefined, databaseName);
    log = kafkaLog();
    await log.ensureTopics(RETENTION);
    fanout = redis();
    // What goes through both topics, for the tests to look at.
    for (const topic of [MESSAGES_TOPIC, DEAD_MESSAGES_TOPIC]) {
      const observer = { topic, groupId: `observer-${randomUUID()}`, maxBatchRecords: 1_000 };
      await log.subscribe(observer, async ({ records }) => void forwarded.push(...records)).ready;
    }
    await startPod();
  }, 120_000);

  afterAll(async () => {
    await Promise.all(pods.map((pod) => pod.close()));
    await log.close();
    await fanout.close();
    await database.close();
    await proxy.close();
    await admin.query({ name: 'drop', text: `drop database ${databaseName} with (force)` });
    await admin.close();
  }, 60_000);

  const append = (messages: readonly ChatMessage[]) =>
    Promise.all(
      messages.map((message) =>
        log.append({
          topic: MESSAGES_TOPIC,
          key: message.conversation_id,
          value: JSON.stringify(message),
          headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' },
        }),
      ),
    );
  const storedOf = async (messages: readonly ChatMessage[]) => {
    const text = 'select count(*)::integer as count from chat.messages where id = any ($1::uuid[])';
    const ids = messages.map((message) => message.message_id);
    const [row] = await database.query<{ count: number }>({ name: 'stored', text }, [ids]);
    return row!.count;
  };
  const until = async (what: string, isTrue: () => Promise<boolean> | boolean, forMs = 60_000) => {
    for (const end = Date.now() + forMs; !(await isTrue());) {
      if (Date.now() > end) throw new Error(`not within ${forMs} ms: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** Inboxes whose numbers are not 1, 2, 3 … up to their head, each message once. */
  const faultyInboxes = async () => {
    const text = `select user_id from chat.inbox_heads h left join lateral (
        select count(*) as n, count(distinct message_id) as ids, min(seq) as first, max(seq) as last
        from chat.inbox i where i.user_id = h.user_id) i on true
      where h.last_seq > 0 and (n <> last_seq or ids <> n or first <> 1 or last <> last_seq)`;
    return database.query({ name: 'faulty_inboxes', text });
  };
  const crowd = Array.from({ length: 20 }, () => randomUUID());
  const someone = () => crowd[Math.floor(Math.random() * crowd.length)]!;
  const chatter = (count: number) => Array.from({ length: count }, () => directMessage(someone(), someone()));

  it('stores what is appended and announces it after the commit', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const message = directMessage(ann, bob);
    const received = new Promise<string>((resolve) => {
      fanout.onMessage((channel, payload) => {
        if (channel === userChannel(bob)) resolve(Buffer.from(payload).toString('utf8'));
      });
    });
    await until('Redis is there', () => fanout.state === 'connected');
    await fanout.subscribe([userChannel(bob)]);
    await append([message]);
    expect(JSON.parse(await received)).toMatchObject({
      kind: 'stored',
      event_ids: [message.message_id],
      positions: { [bob]: [1] },
    });
    expect(await storedOf([message])).toBe(1);
  }, 60_000);

  it('re-publishes exactly the refused message MAX_RETRY_VALUE times, dead-letters it, and redrives it', async () => {
    const alter = (text: string) => database.query({ name: 'alter', text });
    await alter("alter table chat.messages add constraint no_poison check (content <> 'poison')");
    const poison = directMessage(someone(), someone(), 'poison');
    const neighbours = chatter(200);
    await append([...neighbours.slice(0, 100), poison, ...neighbours.slice(100)]);
    const archived = async () => {
      const text = 'select error_code, error from chat.dead_messages where message_id = $1';
      return database.query<{ error_code: string; error: string }>({ name: 'dead', text }, [poison.message_id]);
    };
    await until('the poison is archived', async () => (await archived()).length > 0);

    const copies = () => forwarded.filter(({ value }) => value?.includes(poison.message_id) === true);
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
    const others = forwarded.filter(({ value }) => value?.includes(poison.message_id) !== true);
    expect(others.filter(({ headers }) => headers['retry-count'] !== undefined)).toEqual([]);
    await until('the neighbours are stored', async () => (await storedOf(neighbours)) === neighbours.length);
    expect(await storedOf([poison])).toBe(0);

    await alter('alter table chat.messages drop constraint no_poison');
    const options = { conversationId: poison.conversation_id, limit: 10, dryRun: false, force: false };
    expect(await redriveMessages({ database, log, logger }, options)).toMatchObject({ redriven: 1 });
    await until('the poison is stored', async () => (await storedOf([poison])) === 1);
    await until('the observer saw the copy that was redriven', () => copies().length >= 6);
    expect(await faultyInboxes()).toEqual([]);
  }, 120_000);

  it('waits during an outage of PostgreSQL, dead-letters nothing, and leaves the inboxes gapless', async () => {
    const before = forwarded.length;
    const messages = chatter(600);
    await append(messages.slice(0, 200));
    proxy.mode = 'refuse';
    proxy.cut();
    await append(messages.slice(200, 400));
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    // What was appended since waits.
    expect(await storedOf(messages)).toBeLessThanOrEqual(200);
    proxy.mode = 'pass';
    await append(messages.slice(400));
    await until('everything is stored', async () => (await storedOf(messages)) === messages.length);
    expect(await faultyInboxes()).toEqual([]);
    const later = forwarded.slice(before);
    expect(later.filter(({ topic, headers }) => topic !== MESSAGES_TOPIC || 'retry-count' in headers)).toEqual([]);
  }, 120_000);

  it('stores everything once while consumers come and go', async () => {
    const messages = chatter(3_000);
    const feeding = (async () => {
      for (let at = 0; at < messages.length; at += 100) {
        await append(messages.slice(at, at + 100));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const more = await Promise.all([startPod(), startPod()]);
    await until('half is stored', async () => (await storedOf(messages)) > messages.length / 2);
    for (const pod of more) await pod.close();
    await feeding;
    await until('everything is stored', async () => (await storedOf(messages)) === messages.length);
    expect(await faultyInboxes()).toEqual([]);
  }, 180_000);
});
