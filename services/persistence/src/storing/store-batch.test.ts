import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { recordFor, TestBatch } from '../../testing/batches';
import { contextOn, directMessage, openDatabase, refusePoison } from '../../testing/embedded-context';
import { failing, refused, unavailable } from '../../testing/failing-database';
import { decodeBatch, type BadRecord } from './decode-batch';
import { BatchStorer } from './store-batch';

describe('storing a batch', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
    await refusePoison(database);
  }, 60_000);
  afterAll(() => database.close());

  const store = (batch: TestBatch, on = database): Promise<readonly BadRecord[]> =>
    new BatchStorer(contextOn(on)).store(batch, decodeBatch(batch.records).incoming);
  const inboxOf = async (user: string): Promise<string[]> => {
    const text = 'select array_agg(message_id order by seq) as ids from chat.inbox where user_id = $1';
    const [inbox] = await database.query<{ ids: string[] }>({ name: 'inbox', text }, [user]);
    return inbox?.ids ?? [];
  };

  it('answers exactly the message that the database refuses, and stores its neighbours once and in order', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = Array.from({ length: 40 }, (_, index) =>
      directMessage(ann, bob, index === 23 ? 'poison' : 'fine'),
    );
    const poison = messages[23];
    const batch = new TestBatch(messages.map((message) => recordFor(message)));
    expect(await store(batch)).toEqual([
      {
        record: batch.records[23],
        code: '23514',
        reason: expect.stringContaining('no_poison') as string,
        retryable: true,
      },
    ]);
    expect(await inboxOf(bob)).toEqual(
      messages.filter((message) => message !== poison).map((message) => message.message_id),
    );
  });

  it('waits in place during an outage of the database, alive to its group, and blames no message', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const message = directMessage(ann, bob);
    const batch = new TestBatch([recordFor(message)]);
    const flaky = failing(database, unavailable(), refused('42501'), unavailable());
    expect(await store(batch, flaky)).toEqual([]);
    expect(flaky.calls).toBe(4);
    expect(batch.heartbeats).toBeGreaterThanOrEqual(3);
    expect(await inboxOf(bob)).toEqual([message.message_id]);
  });

  it('keeps the order of a batch whose calls had to become smaller', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = Array.from({ length: 20 }, (_, index) => directMessage(ann, bob, String(index)));
    const flaky = failing(database, unavailable(), unavailable(), unavailable());
    await store(new TestBatch(messages.map((message) => recordFor(message))), flaky);
    expect(flaky.calls).toBeGreaterThan(4);
    expect(await inboxOf(bob)).toEqual(messages.map((message) => message.message_id));
  });

  it('gives up a batch whose partition is taken away while it waits', async () => {
    const batch = new TestBatch([recordFor(directMessage(randomUUID(), randomUUID()))]);
    const gone = failing(database, ...Array.from({ length: 50 }, unavailable));
    const stored = store(batch, gone);
    batch.abort.abort(new Error('the partition was taken away'));
    await expect(stored).rejects.toThrow('the partition was taken away');
  });

  it('does not swallow a fault of its own', async () => {
    const broken = failing(database, new TypeError('a bug'));
    const batch = new TestBatch([recordFor(directMessage(randomUUID(), randomUUID()))]);
    await expect(store(batch, broken)).rejects.toThrow('a bug');
  });
});
