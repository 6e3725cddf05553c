import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { recordFor } from '../../testing/batches';
import { contextOn, directMessage, openDatabase, refusePoison } from '../../testing/embedded-context';
import { failing, refused, unavailable } from '../../testing/failing-database';
import { decodeBatch, type Incoming } from './decode-batch';
import { CallGatherer } from './store-together';

describe('parts of several batches', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
    await refusePoison(database);
  }, 60_000);
  afterAll(() => database.close());

  const part = (...contents: string[]): readonly Incoming[] => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    return decodeBatch(contents.map((content) => recordFor(directMessage(ann, bob, content)))).incoming;
  };
  const gathererOn = (on: Database, size = 100) => new CallGatherer(contextOn(on), () => size);

  it('that come together are stored in one call', async () => {
    const counted = failing(database);
    const gatherer = gathererOn(counted);
    const stored = await Promise.all([part('a'), part('b', 'c'), part('d')].map((one) => gatherer.store(one)));
    expect(counted.calls).toBe(1);
    expect(stored).toEqual(Array.from({ length: 3 }, () => ({ bad: [], stored: 4, entries: 8 })));
  });

  it('fill no call beyond its size', async () => {
    const counted = failing(database);
    const gatherer = gathererOn(counted, 3);
    await Promise.all(
      [part('a', 'b'), part('c'), part('d', 'e', 'f', 'g'), part('h')].map((one) => gatherer.store(one)),
    );
    expect(counted.calls).toBe(3);
  });

  it('wait for their turn where enough calls are under way, and then go together', async () => {
    const counted = failing(database);
    const gatherer = gathererOn(counted, 1);
    const single = Array.from({ length: 5 }, () => gatherer.store(part('x')));
    await Promise.all(single);
    expect(counted.calls).toBe(5);
  });

  it('do not fail for a message of another: the call is made again for each of them', async () => {
    const gatherer = gathererOn(database);
    const outcomes = await Promise.allSettled(
      [part('fine'), part('poison'), part('fine too')].map((one) => gatherer.store(one)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[0]).toMatchObject({ value: { stored: 1, entries: 2 } });
  });

  it.each([
    ['an outage', unavailable(), 1],
    ['a missing privilege', refused('42501'), 1],
    ['data that is refused', refused('23514'), 3],
  ])('meet %s together or alone, as that helps', async (_what, failure, calls) => {
    const flaky = failing(database, failure);
    const gatherer = gathererOn(flaky);
    await Promise.allSettled([gatherer.store(part('a')), gatherer.store(part('b'))]);
    expect(flaky.calls).toBe(calls);
  });

  it('are each told of their own messages that cannot be stored', async () => {
    const gatherer = gathererOn(database);
    const group = { conversation_id: randomUUID(), recipient_id: undefined };
    const strange = decodeBatch([recordFor({ ...directMessage(randomUUID(), randomUUID()), ...group })]).incoming;
    const [fine, refusedPart] = await Promise.all([gatherer.store(part('fine')), gatherer.store(strange)]);
    expect(fine?.bad).toEqual([]);
    expect(refusedPart?.bad).toMatchObject([{ code: 'unknown_conversation' }]);
  });
});
