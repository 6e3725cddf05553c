import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createPostgresDatabase } from '@chat-app/database/postgres';
import type { Fanout } from '@chat-app/fanout';
import { createRedisFanout } from '@chat-app/fanout/redis';
import type { LogRecord } from '@chat-app/message-log';
import { createKafkaMessageLog, type KafkaMessageLog } from '@chat-app/message-log/kafka';
import { CleanupStack, Metrics, parseConfiguration, secretOf, silentLogger } from '@chat-app/platform';
import { DEAD_MESSAGES_TOPIC, MESSAGES_TOPIC, type ChatMessage } from '@chat-app/protocol';
import { backendAddress } from '../../../test/testing/backends';
import { TcpProxy } from '../../../test/testing/tcp-proxy';
import { persistenceVariables } from '../src/configuration';
import { createPersistence } from '../src/create-persistence';

const TOPICS = [MESSAGES_TOPIC, DEAD_MESSAGES_TOPIC];
const PARTITIONS = 12;

/** A pod of persistence in this process. */
export interface TestPod {
  close(): Promise<void>;
}

/**
 * Pods of persistence on real backends, with a database and a consumer group of their own; PostgreSQL stands behind a proxy
 * that can be cut. The test itself looks past it.
 *
 * States: open → closed. Its owner calls `close`, which ends every pod.
 */
export class PersistenceOnBackends {
  /** What went through both topics, as an observer of its own saw it. */
  readonly forwarded: LogRecord[] = [];

  private constructor(
    readonly proxy: TcpProxy,
    readonly database: Database,
    readonly log: KafkaMessageLog,
    readonly fanout: Fanout,
    private readonly databaseName: string,
    private readonly cleanup: CleanupStack,
    private readonly groupId = `persistence-${randomUUID()}`,
  ) {}

  static async open(): Promise<PersistenceOnBackends> {
    const cleanup = new CleanupStack();
    const url = new URL(backendAddress('postgres'));
    const name = `persistence_${randomUUID().replaceAll('-', '')}`;
    const admin = databaseAt(undefined, url.pathname.slice(1));
    cleanup.add('admin', () => admin.close());
    await admin.query({ name: 'create', text: `create database ${name}` });
    cleanup.add('its database', async () => {
      await admin.query({ name: 'drop', text: `drop database ${name} with (force)` });
    });
    const proxy = await TcpProxy.open(`${url.hostname}:${url.port || '5432'}`);
    cleanup.add('proxy', () => proxy.close());
    const database = databaseAt(undefined, name);
    cleanup.add('database', () => database.close());
    const fanout = redisFanout();
    cleanup.add('fanout', () => fanout.close());
    const log = kafkaLog();
    cleanup.add('log', () => log.close());
    await log.ensureTopics(TOPICS.map((topic) => ({ topic, partitions: PARTITIONS })));
    const opened = new PersistenceOnBackends(proxy, database, log, fanout, name, cleanup);
    for (const topic of TOPICS) {
      const observer = { topic, groupId: `observer-${randomUUID()}`, maxBatchRecords: 1_000 };
      await log.subscribe(observer, async ({ records }) => void opened.forwarded.push(...records)).ready;
    }
    return opened;
  }

  async close(): Promise<void> {
    await this.cleanup.run();
  }

  /** One pod more, which has joined the group. */
  async startPod(): Promise<TestPod> {
    const [log, fanout] = [kafkaLog(), redisFanout()];
    const database = databaseAt(this.proxy.address, this.databaseName);
    const persistence = createPersistence({
      log,
      fanout,
      database,
      authentication: { findUnknownUsers: async () => [] },
      configuration: parseConfiguration({ KAFKA_GROUP_ID: this.groupId }, persistenceVariables),
      logger: silentLogger,
      metrics: new Metrics('persistence'),
    });
    let closed: Promise<void> | undefined;
    const pod = {
      close: () =>
        (closed ??= (async () => {
          await persistence.drain();
          await Promise.all([log.close(), fanout.close(), database.close()]);
        })()),
    };
    this.cleanup.add('pod', () => pod.close());
    await persistence.start();
    return pod;
  }

  async append(messages: readonly ChatMessage[]): Promise<void> {
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' };
    await Promise.all(
      messages.map((message) =>
        this.log.append({
          topic: MESSAGES_TOPIC,
          key: message.conversation_id,
          value: JSON.stringify(message),
          headers,
        }),
      ),
    );
  }

  /** How many of these are stored. */
  async countStored(messages: readonly ChatMessage[]): Promise<number> {
    const text = 'select count(*)::integer as count from chat.messages where id = any ($1::uuid[])';
    const ids = messages.map((message) => message.message_id);
    const [row] = await this.database.query<{ count: number }>({ name: 'stored', text }, [ids]);
    return row?.count ?? 0;
  }

  /** Inboxes whose numbers are not 1, 2, 3 … up to their head, each message once. */
  findFaultyInboxes(): Promise<object[]> {
    const text = `select user_id from chat.inbox_heads h left join lateral (
        select count(*) as n, count(distinct message_id) as ids, min(seq) as first, max(seq) as last
        from chat.inbox i where i.user_id = h.user_id) i on true
      where h.last_seq > 0 and (n <> last_seq or ids <> n or first <> 1 or last <> last_seq)`;
    return this.database.query({ name: 'faulty_inboxes', text });
  }
}

/** Asks again and again, where nothing tells when. @throws after the time allowed */
export async function until(what: string, isTrue: () => Promise<boolean> | boolean, forMs = 60_000): Promise<void> {
  for (const end = Date.now() + forMs; !(await isTrue());) {
    if (Date.now() > end) throw new Error(`not within ${forMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function databaseAt(address: string | undefined, name: string): Database {
  const url = new URL(backendAddress('postgres'));
  if (address !== undefined) url.host = address;
  url.pathname = `/${name}`;
  return createPostgresDatabase({
    url: secretOf(url.toString()),
    applicationName: 'test',
    logger: silentLogger,
    metrics: new Metrics('test'),
    poolSize: 5,
  });
}

function kafkaLog(): KafkaMessageLog {
  const brokers = backendAddress('kafka').split(',');
  return createKafkaMessageLog({ brokers, clientId: randomUUID(), logger: silentLogger });
}

function redisFanout(): Fanout {
  return createRedisFanout({
    url: backendAddress('redis'),
    sentinels: [],
    podName: randomUUID(),
    logger: silentLogger,
    metrics: new Metrics('test'),
  });
}
