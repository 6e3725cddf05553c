import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { OpenConnectionResponse } from '@chat-app/protocol';
import { ask, contextOn, directMessage, storeAll } from '../../testing/embedded-context';
import { ServedRoutes } from '../../testing/served-routes';
import { internalRoutes } from '../routes';

describe('opening a connection', () => {
  const served = new ServedRoutes();
  const open = (user_id: string, device_id: string, catch_up_entries?: number) =>
    served.ask<OpenConnectionResponse>('POST /internal/connections', {
      body: { user_id, device_id, ...(catch_up_entries !== undefined && { catch_up_entries }) },
    });
  const confirm = (user_id: string, device_id: string, received_seq: number) =>
    served.ask('POST /internal/cursors', { body: { cursors: [{ user_id, device_id, received_seq }] } });
  const userWith = async (entries: number) => {
    const user = randomUUID();
    await storeAll(
      served.database,
      Array.from({ length: entries }, () => directMessage(randomUUID(), user)),
    );
    return user;
  };

  it('begins at 0 for a user without an inbox', async () => {
    const nobody = randomUUID();
    expect(await open(nobody, 'd')).toMatchObject({ head: 0, position: 0, skipped: 0, conversation_ids: [] });
  });

  it('resumes a device where it confirmed, a new device where the most advanced one did', async () => {
    const user = await userWith(9);
    expect(await open(user, 'phone')).toMatchObject({ head: 9, position: 0, skipped: 0 });
    await confirm(user, 'phone', 3);
    await confirm(user, 'laptop', 7);
    expect(await open(user, 'phone')).toMatchObject({ position: 3 });
    expect(await open(user, 'tablet')).toMatchObject({ position: 7 });
  });

  it('keeps where a new device began, whatever the others confirm before it confirms anything', async () => {
    const user = await userWith(9);
    expect(await open(user, 'phone')).toMatchObject({ position: 0 });
    await confirm(user, 'laptop', 7);
    expect(await open(user, 'phone')).toMatchObject({ position: 0 });
  });

  it('keeps nothing of a device whose name will not be used again', async () => {
    const user = await userWith(9);
    const body = { user_id: user, device_id: 'unnamed', keep_position: false };
    await served.ask('POST /internal/connections', { body });
    await confirm(user, 'laptop', 7);
    expect(await open(user, 'unnamed')).toMatchObject({ position: 7 });
  });

  it('opens a connection where the database takes no writes', async () => {
    const user = await userWith(2);
    const { database } = served;
    const readOnly: Database = Object.create(database, {
      query: {
        value: (statement: Parameters<Database['query']>[0], parameters?: Parameters<Database['query']>[1]) =>
          statement.name === 'save_cursors'
            ? Promise.reject(new Error('read-only'))
            : database.query(statement, parameters),
      },
    }) as Database;
    const context = contextOn(readOnly);
    const { body } = await ask<OpenConnectionResponse>(internalRoutes(context), 'POST /internal/connections', {
      body: { user_id: user, device_id: 'phone' },
    });
    expect(body).toMatchObject({ head: 2, position: 0 });
  });

  it('skips what is further behind than the bound, and says how much', async () => {
    const user = await userWith(9);
    await confirm(user, 'phone', 2);
    expect(await open(user, 'phone', 4)).toMatchObject({ head: 9, position: 5, skipped: 3 });
    expect(await open(user, 'phone', 7)).toMatchObject({ position: 2, skipped: 0 });
    expect(await open(user, 'phone', 0)).toMatchObject({ position: 9, skipped: 7 });
  });

  it('names the groups of the user, and no direct conversation', async () => {
    const user = await userWith(1);
    const group = await served.createGroup(user, randomUUID());
    expect((await open(user, 'phone')).conversation_ids).toEqual([group]);
  });
});
