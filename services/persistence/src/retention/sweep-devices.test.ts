import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import { ask, contextOn, directMessage, openDatabase, SETTINGS, storeAll } from '../../testing/embedded-context';
import { internalRoutes } from '../routes';
import { DeviceSweeper } from './sweep-devices';

const HANDSHAKES = 1_099;

describe('the rows that devices leave', () => {
  let database: Database;
  let routes: readonly Route[];
  beforeAll(async () => {
    database = await openDatabase();
    routes = internalRoutes(contextOn(database));
  }, 60_000);
  afterAll(() => database.close());

  const devicesOf = async (user: string) => {
    const text = 'select device_id from chat.cursors where user_id = $1 order by updated_at, device_id';
    return (await database.query<{ device_id: string }>({ name: 'devices', text }, [user])).map((row) => row.device_id);
  };
  const open = (user_id: string, device_id: string, keep_position = true) =>
    ask<{ position: number }>(routes, 'POST /internal/connections', { body: { user_id, device_id, keep_position } });
  const confirm = (user_id: string, device_id: string, received_seq: number, named?: boolean) =>
    ask(routes, 'POST /internal/cursors', {
      body: { cursors: [{ user_id, device_id, received_seq, ...(named !== undefined && { named }) }] },
    });
  const age = (user: string, device: string, days: number) =>
    database.query(
      {
        name: 'age',
        text: 'update chat.cursors set updated_at = now() - make_interval(days => $3) where user_id = $1 and device_id = $2',
      },
      [user, device, days],
    );
  const userWith = async (entries: number) => {
    const user = randomUUID();
    await storeAll(
      database,
      Array.from({ length: entries }, () => directMessage(randomUUID(), user)),
    );
    return user;
  };

  it('are no more than devices are kept, after 1,099 handshakes, each with another name and a confirmation', async () => {
    const user = await userWith(1);
    for (let n = 0; n < HANDSHAKES; n += 1) await open(user, `device-${n}`);
    expect(await devicesOf(user)).toHaveLength(SETTINGS.maxDevices);
    for (let n = 0; n < 60; n += 1) await confirm(user, `device-${n}`, 1);
    expect(await devicesOf(user)).toHaveLength(SETTINGS.maxDevices);
    expect(await devicesOf(user)).toContain('device-59');
  }, 240_000);

  it('are those of the devices that came last', async () => {
    const user = await userWith(3);
    for (const device of ['old', 'phone']) await open(user, device);
    await age(user, 'old', 9);
    await age(user, 'phone', 8);
    // It comes, though there is nothing to confirm.
    await open(user, 'old');
    for (let n = 0; n < SETTINGS.maxDevices - 1; n += 1) await open(user, `device-${n}`);
    const devices = await devicesOf(user);
    expect(devices).toContain('old');
    expect(devices).not.toContain('phone');
  });

  it('is one for all devices of a user that have no name, however many come and confirm', async () => {
    const user = await userWith(3);
    for (let n = 1; n <= 30; n += 1) {
      const device = randomUUID();
      await open(user, device, false);
      await confirm(user, device, Math.min(n, 3), false);
    }
    expect(await devicesOf(user)).toEqual(['']);
    expect((await open(user, randomUUID(), false)).body.position).toBe(3);
  });

  it('go with time, a few rows in a step, but for the most advanced of each user, and are counted', async () => {
    const user = await userWith(3);
    for (const [device, seq] of [
      ['phone', 1],
      ['laptop', 3],
      ['tablet', 2],
    ] as const) {
      await confirm(user, device, seq);
    }
    for (const device of ['phone', 'laptop']) await age(user, device, SETTINGS.keptDays + 1);
    const context = contextOn(database);
    const removed = jest.spyOn(context.metrics.removed, 'inc');
    const sweeper = new DeviceSweeper(context, 7);
    let steps = 0;
    for (let done = false; !done; steps += 1) done = await sweeper.step();
    expect(steps).toBeGreaterThan(3);
    expect(await devicesOf(user)).toEqual(['laptop', 'tablet']);
    expect(removed.mock.calls.filter(([, rows]) => rows !== 0)).toEqual([[{ table: 'cursors' }, 1]]);
  });
});
