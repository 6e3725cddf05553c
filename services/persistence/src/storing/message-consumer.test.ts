import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { PlatformError } from '@chat-app/platform';
import { recordFor, recordOf, TestBatch } from '../../testing/batches';
import {
  contextOn,
  directMessage,
  groupMessage,
  openDatabase,
  refusePoison,
  SETTINGS,
} from '../../testing/embedded-context';
import { failing, unavailable } from '../../testing/failing-database';
import { insertGroup } from '../conversations/sql/create-group';
import { MessageConsumer } from './message-consumer';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('consuming messages', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
    await refusePoison(database);
  }, 60_000);
  afterAll(() => database.close());

  const storedIds = async (ids: string[]) => {
    const text = 'select id from chat.messages where id = any ($1::uuid[])';
    return (await database.query<{ id: string }>({ name: 'ids', text }, [ids])).map(({ id }) => id).sort();
  };
  const consumer = (on = database, settings = SETTINGS) => new MessageConsumer({ ...contextOn(on), settings });

  it('dead-letters at once what is of a kind that it does not know, whole, for a later version to take', async () => {
    const record = recordFor(directMessage(randomUUID(), randomUUID()), {
      kind: 'x-of-tomorrow',
      traceparent: TRACEPARENT,
    });
    const batch = new TestBatch([record]);
    await consumer().handle(batch);
    expect(batch.forwarded).toMatchObject([
      {
        topic: 'dead-messages',
        key: record.key,
        value: record.value,
        headers: { kind: 'x-of-tomorrow', traceparent: TRACEPARENT, 'error-code': 'unknown_kind' },
      },
    ]);
  });

  it('takes no joins, leaves or changes from the log: only a call of the API makes them', async () => {
    const fields = {
      event_id: randomUUID(),
      conversation_id: randomUUID(),
      actor_id: randomUUID(),
      user_id: randomUUID(),
    };
    const kinds = ['joined', 'left', 'conversation'];
    const records = kinds.map((kind) => recordOf(JSON.stringify({ ...fields, kind }), { headers: { kind } }));
    const batch = new TestBatch(records);
    await consumer().handle(batch);
    expect(batch.forwarded.map(({ headers }) => headers['error-code'])).toEqual(kinds.map(() => 'unreadable'));
    const text = 'select last_seq from chat.inbox_heads where user_id = any ($1::uuid[])';
    const users = [fields.actor_id, fields.user_id];
    expect(await database.query({ name: 'heads', text }, [users])).toEqual([]);
  });

  it('re-publishes exactly the message that the database refuses, and stores its neighbours once', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = Array.from({ length: 40 }, (_, index) =>
      directMessage(ann, bob, index === 23 ? 'poison' : 'fine'),
    );
    const poison = messages[23]!;
    const records = messages.map((message) => recordFor(message, { traceparent: TRACEPARENT, other: 'kept' }));
    const batch = new TestBatch(records);
    await consumer().handle(batch);

    expect(batch.forwarded).toEqual([
      {
        topic: 'messages',
        key: poison.conversation_id,
        value: records[23]!.value,
        headers: { traceparent: TRACEPARENT, other: 'kept', 'retry-count': '1' },
      },
    ]);
    const others = messages.filter((message) => message !== poison).map((message) => message.message_id);
    expect(await storedIds(messages.map((message) => message.message_id))).toEqual(others.sort());
  });

  it('dead-letters a message once its retries are spent, with headers that say why', async () => {
    const poison = directMessage(randomUUID(), randomUUID(), 'poison');
    const record = recordFor(poison, { 'retry-count': '3', 'redrive-count': '1', traceparent: TRACEPARENT });
    const batch = new TestBatch([record]);
    await consumer().handle(batch);
    expect(batch.forwarded).toEqual([
      {
        topic: 'dead-messages',
        key: poison.conversation_id,
        value: record.value,
        headers: {
          'retry-count': '3',
          'redrive-count': '1',
          traceparent: TRACEPARENT,
          error: expect.stringContaining('no_poison') as string,
          'error-code': '23514',
          'failed-at': expect.stringMatching(/^\d{4}-.*Z$/) as string,
          'source-topic': 'messages',
          'source-partition': '0',
          'source-offset': record.offset,
        },
      },
    ]);
    expect(JSON.stringify(batch.forwarded[0]!.headers)).not.toContain('poison"');
  });

  it('dead-letters at once what no retry can help', async () => {
    const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    const group = randomUUID();
    await insertGroup(database, { id: group, title: 'group', data: undefined, ownerId: ann, memberIds: [bob] });
    const batch = new TestBatch([
      recordOf('not json'),
      recordOf(null),
      recordOf(null, { raw: Uint8Array.from([0xff, 0xfe]) }),
      recordFor(directMessage(ann, bob, 'with \u0000')),
      recordFor({ ...directMessage(ann, bob), conversation_id: randomUUID() }),
      recordFor(groupMessage(eve, group)),
      recordFor(groupMessage(ann, randomUUID())),
      recordFor(directMessage(ann, bob)),
    ]);
    await consumer().handle(batch);
    expect(batch.forwarded.map(({ topic, headers }) => [topic, headers['error-code']])).toEqual([
      ['dead-messages', 'unreadable'],
      ['dead-messages', 'unreadable'],
      ['dead-messages', 'unreadable'],
      ['dead-messages', 'unreadable'],
      ['dead-messages', 'wrong_conversation'],
      ['dead-messages', 'not_a_member'],
      ['dead-messages', 'unknown_conversation'],
    ]);
    expect(batch.forwarded[2]).toMatchObject({ value: '//4=', headers: { 'value-encoding': 'base64' } });
  });

  it('re-publishes on an outage where it is configured to', async () => {
    const settings = { ...SETTINGS, onDatabaseOutage: 'republish' as const };
    const records = [0, 3].map((retries) =>
      recordFor(directMessage(randomUUID(), randomUUID()), { 'retry-count': String(retries) }),
    );
    const batch = new TestBatch(records);
    await consumer(failing(database, unavailable()), settings).handle(batch);
    expect(batch.forwarded.map(({ topic, headers }) => [topic, headers['retry-count'], headers['error-code']])).toEqual(
      [
        ['messages', '1', undefined],
        ['dead-messages', '3', 'database_unavailable'],
      ],
    );
  });

  it('rejects, so that the batch comes again, when a bad message cannot be forwarded', async () => {
    const batch = new TestBatch([recordOf('not json')]);
    batch.refuseForward = new PlatformError('log_unavailable', 'the log is unavailable');
    await expect(consumer().handle(batch)).rejects.toMatchObject({ code: 'log_unavailable' });
  });
});
