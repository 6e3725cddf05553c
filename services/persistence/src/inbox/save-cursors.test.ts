import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import { ask, contextOn, directMessage, openDatabase, storeAll } from '../../testing/embedded-context';
import { internalRoutes } from '../routes';

describe('saving cursors', () => {
  let database: Database;
  let routes: readonly Route[];
  beforeAll(async () => {
    database = await openDatabase();
    routes = internalRoutes(contextOn(database));
  }, 60_000);
  afterAll(() => database.close());

  const cursorOf = async (user: string, device: string) => {
    const text = 'select received_seq from chat.cursors where user_id = $1 and device_id = $2';
    const [row] = await database.query<{ received_seq: number }>({ name: 'cursor', text }, [user, device]);
    return row?.received_seq;
  };
  const save = (...cursors: [user: string, device: string, seq: number][]) =>
    ask(routes, 'POST /internal/cursors', {
      body: { cursors: cursors.map(([user_id, device_id, received_seq]) => ({ user_id, device_id, received_seq })) },
    });

  it('moves a cursor forward and never back, nor beyond its inbox', async () => {
    const user = randomUUID();
    await storeAll(
      database,
      Array.from({ length: 5 }, () => directMessage(randomUUID(), user)),
    );
    await save([user, 'phone', 3]);
    await save([user, 'phone', 2]);
    expect(await cursorOf(user, 'phone')).toBe(3);
    await save([user, 'phone', 99]);
    expect(await cursorOf(user, 'phone')).toBe(5);
  });

  it('takes the furthest of several positions of one device, and others of other devices', async () => {
    const user = randomUUID();
    await storeAll(
      database,
      Array.from({ length: 5 }, () => directMessage(randomUUID(), user)),
    );
    await save([user, 'phone', 1], [user, 'laptop', 2], [user, 'phone', 4], [user, 'phone', 3]);
    expect([await cursorOf(user, 'phone'), await cursorOf(user, 'laptop')]).toEqual([4, 2]);
  });

  it('keeps the start of an inbox that is still empty, so that the device misses nothing that others confirm', async () => {
    const user = randomUUID();
    expect((await save([user, 'phone', 1])).status).toBe(204);
    expect(await cursorOf(user, 'phone')).toBe(0);
    await storeAll(
      database,
      Array.from({ length: 2 }, () => directMessage(randomUUID(), user)),
    );
    await save([user, 'laptop', 2]);
    const { body } = await ask(routes, 'POST /internal/connections', { body: { user_id: user, device_id: 'phone' } });
    expect(body).toMatchObject({ position: 0, head: 2 });
  });
});
