import { randomUUID } from 'node:crypto';
import type { Database, Queryable } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import { PlatformError } from '@chat-app/platform';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import { conversationChannel, userChannel } from '@chat-app/protocol';
import { recordFor, recordOf, TestBatch } from '../../testing/batches';
import {
  contextOn,
  delivered,
  directMessage,
  groupMessage,
  listen,
  openDatabase,
  SETTINGS,
} from '../../testing/embedded-context';
import { MessageConsumer } from './message-consumer';
import { insertGroup } from '../conversations/sql/create-group';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A database that fails the next calls of store_messages as told, then works. */
function failing(database: Database, ...failures: Error[]): Database & { calls: number } {
  const query: Queryable['query'] = async (statement, parameters) => {
    wrapped.calls += 1;
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return database.query(statement, parameters);
  };
  const wrapped = { ...plain(database), query, calls: 0 };
  return wrapped;
}

function plain(database: Database): Database {
  return {
    query: (statement, parameters) => database.query(statement, parameters),
    transaction: (work) => database.transaction(work),
    migrate: (schema, migrations) => database.migrate(schema, migrations),
    ping: () => database.ping(),
    close: () => database.close(),
  };
}

const away = () => new PlatformError('database_unavailable', 'the database is away', {});
const refused = (sqlstate: string) => new PlatformError('database_refused', `SQLSTATE ${sqlstate}`, { sqlstate });

describe('consuming messages', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
    const text = "alter table chat.messages add constraint no_poison check (content <> 'poison')";
    await database.query({ name: 'add_constraint', text });
  }, 60_000);
  afterAll(() => database.close());

  const storedIds = async (ids: string[]) => {
    const text = 'select id from chat.messages where id = any ($1::uuid[])';
    return (await database.query<{ id: string }>({ name: 'ids', text }, [ids])).map(({ id }) => id).sort();
  };
  const consumer = (over: Partial<Parameters<typeof build>[0]> = {}) => build({ database, ...over });
  const build = (over: { database: Database; fanout?: Fanout; settings?: typeof SETTINGS }) =>
    new MessageConsumer({
      ...contextOn(over.database, over.fanout),
      ...(over.settings && { settings: over.settings }),
    });

  it('stores a batch and announces it on the channels of those concerned', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const group = randomUUID();
    await insertGroup(database, { id: group, title: 'group', data: undefined, ownerId: ann, memberIds: [bob] });
    const fanout = createEmbeddedFanout();
    const heard = await listen(fanout, [userChannel(ann), userChannel(bob), conversationChannel(group)]);
    const messages = [directMessage(ann, bob), groupMessage(bob, group), directMessage(bob, ann)];
    const batch = new TestBatch(messages.map((message) => recordFor(message)));

    await consumer({ fanout }).handle(batch);
    await delivered();

    const [first, second, third] = messages.map((message) => message.message_id);
    const notices = Object.fromEntries(heard.map(({ channel, text }) => [channel, JSON.parse(text) as unknown]));
    expect(heard).toHaveLength(3);
    expect(notices).toMatchObject({
      [userChannel(ann)]: { kind: 'stored', event_ids: [first, third], positions: { [ann]: [1, 3] } },
      [userChannel(bob)]: { kind: 'stored', event_ids: [first, third], positions: { [bob]: [1, 3] } },
      [conversationChannel(group)]: { kind: 'stored', event_ids: [second], positions: { [ann]: [2], [bob]: [2] } },
    });
    expect(batch.forwarded).toEqual([]);
    await fanout.close();
  });

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

  it('announces again what a redelivered batch holds, at the same positions', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const fanout = createEmbeddedFanout();
    const heard = await listen(fanout, [userChannel(bob)]);
    const records = [recordFor(directMessage(ann, bob))];
    await consumer({ fanout }).handle(new TestBatch(records));
    await consumer({ fanout }).handle(new TestBatch(records));
    await delivered();
    expect(heard).toHaveLength(2);
    expect(heard[1]).toEqual(heard[0]);
    await fanout.close();
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
    const text = 'select array_agg(message_id order by seq) as ids from chat.inbox where user_id = $1';
    const [inbox] = await database.query<{ ids: string[] }>({ name: 'inbox', text }, [bob]);
    expect(inbox!.ids).toEqual(messages.filter((message) => message !== poison).map((message) => message.message_id));
  });

  it('sets a message aside once its retries are spent, with headers that say why', async () => {
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

  it('waits in place during an outage of the database, alive to its group, and spends no retry', async () => {
    const message = directMessage(randomUUID(), randomUUID());
    const batch = new TestBatch([recordFor(message)]);
    const flaky = failing(database, away(), refused('42501'), away());
    await consumer({ database: flaky }).handle(batch);
    expect(flaky.calls).toBe(4);
    expect(batch.heartbeats).toBeGreaterThanOrEqual(3);
    expect(batch.forwarded).toEqual([]);
    expect(await storedIds([message.message_id])).toEqual([message.message_id]);
  });

  it('keeps the order of a batch whose calls had to become smaller', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = Array.from({ length: 20 }, (_, index) => directMessage(ann, bob, String(index)));
    const flaky = failing(database, away(), away(), away());
    await consumer({ database: flaky }).handle(new TestBatch(messages.map((message) => recordFor(message))));
    expect(flaky.calls).toBeGreaterThan(4);
    const text = 'select array_agg(message_id order by seq) as ids from chat.inbox where user_id = $1';
    const [inbox] = await database.query<{ ids: string[] }>({ name: 'inbox', text }, [bob]);
    expect(inbox!.ids).toEqual(messages.map((message) => message.message_id));
  });

  it('gives up a batch whose partition is taken away while it waits', async () => {
    const batch = new TestBatch([recordFor(directMessage(randomUUID(), randomUUID()))]);
    const gone = failing(database, ...Array.from({ length: 50 }, away));
    const handled = consumer({ database: gone }).handle(batch);
    batch.abort.abort(new Error('the partition was taken away'));
    await expect(handled).rejects.toThrow('the partition was taken away');
    expect(batch.forwarded).toEqual([]);
  });

  it('re-publishes on an outage where it is told to do as the first demo did', async () => {
    const settings = { ...SETTINGS, onDatabaseOutage: 'republish' as const };
    const records = [0, 3].map((retries) =>
      recordFor(directMessage(randomUUID(), randomUUID()), { 'retry-count': String(retries) }),
    );
    const batch = new TestBatch(records);
    await consumer({ database: failing(database, away()), settings }).handle(batch);
    expect(batch.forwarded.map(({ topic, headers }) => [topic, headers['retry-count'], headers['error-code']])).toEqual(
      [
        ['messages', '1', undefined],
        ['dead-messages', '3', 'database_unavailable'],
      ],
    );
  });

  it('rejects, so that the batch comes again, when a bad message cannot be forwarded', async () => {
    const batch = new TestBatch([recordOf('not json')]);
    batch.refuseForward = new PlatformError('log_unavailable', 'the log is away');
    await expect(consumer().handle(batch)).rejects.toMatchObject({ code: 'log_unavailable' });
  });

  it('stores although the fan-out is unavailable', async () => {
    const message = directMessage(randomUUID(), randomUUID());
    const fanout = createEmbeddedFanout();
    jest.spyOn(fanout, 'publish').mockRejectedValue(new PlatformError('fanout_unavailable', 'away'));
    await consumer({ fanout }).handle(new TestBatch([recordFor(message)]));
    expect(await storedIds([message.message_id])).toEqual([message.message_id]);
    await fanout.close();
  });

  it('does not swallow a fault of its own', async () => {
    const broken = failing(database, new TypeError('a bug'));
    const batch = new TestBatch([recordFor(directMessage(randomUUID(), randomUUID()))]);
    await expect(consumer({ database: broken }).handle(batch)).rejects.toThrow('a bug');
  });
});
