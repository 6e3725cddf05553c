/** Reads what the stores hold, directly: PostgreSQL at its own port as superuser, Kafka through a reader of its own. */
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import type { LogRecord } from '@chat-app/message-log';
import { silentLogger } from '@chat-app/platform';
import { createKafkaMessageLog } from '@chat-app/message-log/kafka';
import type { Stores } from '../../checker/history';
import type { Backends } from './backends';

type StoredRow = Omit<Stores['messages'][number], 'number' | 'state'> & {
  number: string;
  deleted: boolean;
  reactions: string[];
};
type Databases = Pick<Backends, 'databaseUrl'>;

/** Runs statements as superuser, past every proxy. */
export async function withDatabase<T>(backends: Databases, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: backends.databaseUrl('postgres') });
  // A server that is killed under it is the test's own doing.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** How many of these messages are stored or dead-lettered. */
export async function countSettled(backends: Databases, ids: readonly string[]): Promise<number> {
  return withDatabase(backends, async (client) => {
    const { rows } = await client.query<{ count: string }>(
      `select count(distinct id) from (
         select id from chat.messages where id = any ($1::uuid[])
         union all select message_id from chat.dead_messages where message_id = any ($1::uuid[])) settled`,
      [ids],
    );
    return Number(rows[0]?.count);
  });
}

/** The last inbox entry of each of these users. */
export async function readHeads(backends: Backends, users: readonly string[]): Promise<Map<string, number>> {
  return withDatabase(backends, async (client) => {
    const { rows } = await client.query<{ user_id: string; last_seq: string }>(
      'select user_id, last_seq from chat.inbox_heads where user_id = any ($1::uuid[])',
      [users],
    );
    return new Map(rows.map((row) => [row.user_id, Number(row.last_seq)]));
  });
}

/** Everything that concerns these users and conversations. */
export async function readStores(
  backends: Databases,
  users: readonly string[],
  conversations: readonly string[],
): Promise<Stores> {
  return withDatabase(backends, async (client) => {
    const messages = await client.query<StoredRow>(
      `select id as message_id, conversation_id, sender_id, content, number, deleted_at is not null as deleted,
         array(select r.emoji || ' ' || r.user_id from chat.reactions r where r.message_id = m.id) as reactions
       from chat.messages m where conversation_id = any ($1::uuid[]) order by number`,
      [conversations],
    );
    const inbox = await client.query<{ user_id: string; seq: string; message_id: string | null }>(
      'select user_id, seq, coalesce(message_id, event_id) as message_id from chat.inbox where user_id = any ($1::uuid[]) order by user_id, seq',
      [users],
    );
    const heads = await client.query<{ user_id: string; last_seq: string }>(
      'select user_id, last_seq from chat.inbox_heads where user_id = any ($1::uuid[])',
      [users],
    );
    const dead = await client.query<{ message_id: string }>(
      'select message_id from chat.dead_messages where conversation_id = any ($1::uuid[])',
      [conversations],
    );
    return {
      messages: messages.rows.map(({ deleted, reactions, ...row }) => ({
        ...row,
        number: Number(row.number),
        state: { content: row.content, deleted, reactions },
      })),
      inbox: inbox.rows.map((row) => ({ ...row, seq: Number(row.seq) })),
      heads: heads.rows.map((row) => ({ ...row, last_seq: Number(row.last_seq) })),
      dead: dead.rows.map((row) => row.message_id),
    };
  });
}

/**
 * Where each member of these conversations stands, and how many messages of others that leaves: of the newest 1,000, as the API counts. A
 * marker of a message that was not stored yet waits in `pending_reads`, and counts once the message is there.
 */
export async function readMarkers(
  backends: Databases,
  conversations: readonly string[],
): Promise<NonNullable<Stores['markers']>> {
  return withDatabase(backends, async (client) => {
    const { rows } = await client.query<{ user_id: string; conversation_id: string; number: string; unread: number }>(
      `with member as (
         select m.user_id, m.conversation_id, greatest(m.read_number, (
           select max(p.number) from chat.messages p
           where p.id = any (m.pending_reads) and p.conversation_id = m.conversation_id
         )) as number
         from chat.members m where m.conversation_id = any ($1::uuid[])
       )
       select m.*, (
         select count(*) filter (where recent.sender_id <> m.user_id and recent.deleted_at is null)::integer from (
           select x.sender_id, x.deleted_at from chat.messages x
           where x.conversation_id = m.conversation_id and x.number > m.number order by x.number desc limit 1000
         ) recent
       ) as unread
       from member m`,
      [conversations],
    );
    return rows.map(({ number, ...row }) => ({ ...row, number: Number(number) }));
  });
}

/** Where each of these devices stands by what it confirmed. */
export async function readCursors(backends: Backends, devices: readonly string[]): Promise<Map<string, number>> {
  return withDatabase(backends, async (client) => {
    const { rows } = await client.query<{ device_id: string; received_seq: string }>(
      'select device_id, received_seq from chat.cursors where device_id = any ($1::text[])',
      [devices],
    );
    return new Map(rows.map((row) => [row.device_id, Number(row.received_seq)]));
  });
}

/** The first and the next offset of each partition of a topic that holds anything. */
async function readOffsets(backends: Backends, topic: string) {
  const brokers = backends.kafkaAddress.split(',');
  const admin = new Kafka({ brokers, clientId: 'reader', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  return offsets.filter(({ high, low }) => high !== low);
}

/** How many records a topic holds. */
export async function countRecords(backends: Backends, topic: string): Promise<number> {
  const offsets = await readOffsets(backends, topic);
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

/** Every record of a topic, up to its present end. */
export async function readTopic(backends: Backends, topic: string): Promise<LogRecord[]> {
  const left = new Map((await readOffsets(backends, topic)).map(({ partition, high }) => [partition, BigInt(high)]));
  const records: LogRecord[] = [];
  if (left.size === 0) return records;
  const brokers = backends.kafkaAddress.split(',');
  const log = createKafkaMessageLog({ brokers, clientId: 'reader', logger: silentLogger, maxWaitMs: 50 });
  try {
    await new Promise<void>((resolve) => {
      log.subscribe({ topic, groupId: `reader-${randomUUID()}`, maxBatchRecords: 5_000 }, async (batch) => {
        records.push(...batch.records);
        const next = BigInt(batch.records.at(-1)?.offset ?? -1) + 1n;
        if (next >= (left.get(batch.partition) ?? 0n)) left.delete(batch.partition);
        if (left.size === 0) resolve();
      });
    });
  } finally {
    await log.close();
  }
  return records;
}
