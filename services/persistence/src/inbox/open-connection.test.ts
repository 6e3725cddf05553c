import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { OpenConnectionResponse, OpenConnectionsResponse } from '@chat-app/protocol';
import { ask, contextOn, directMessage, storeAll } from '../../testing/embedded-context';
import { refused, unavailable } from '../../testing/failing-database';
import { ServedRoutes } from '../../testing/served-routes';
import { internalRoutes } from '../routes';

describe('opening a connection', () => {
  const served = new ServedRoutes();
  const open = (user_id: string, device_id: string, catch_up_entries?: number) =>
    served.ask<OpenConnectionResponse>('POST /internal/connections', {
      body: { user_id, device_id, ...(catch_up_entries !== undefined && { catch_up_entries }) },
    });
  const openAll = (connections: object[]) =>
    served.ask<OpenConnectionsResponse>('POST /internal/connections/batch', { body: { connections } });
  /** The database, on which a statement fails with what this says of it, once it says so. */
  const databaseWhere = (
    failure: (name: string, parameters: unknown) => Error | undefined | Promise<Error>,
  ): Database => {
    const { database } = served;
    const query: Database['query'] = async (statement, parameters) => {
      const thrown = await failure(statement.name, parameters);
      if (thrown !== undefined) throw thrown;
      return database.query(statement, parameters);
    };
    return Object.create(database, { query: { value: query } }) as Database;
  };
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
    const routes = internalRoutes(
      contextOn(databaseWhere((name) => (name === 'save_cursors' ? unavailable() : undefined))),
    );
    const { body } = await ask<OpenConnectionResponse>(routes, 'POST /internal/connections', {
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

  it('opens connections where writes hang', async () => {
    const user = await userWith(2);
    const hanging = databaseWhere((name) => (name === 'save_cursors' ? new Promise(() => undefined) : undefined));
    const routes = internalRoutes(contextOn(hanging));
    const { body } = await ask<OpenConnectionResponse>(routes, 'POST /internal/connections', {
      body: { user_id: user, device_id: 'phone' },
    });
    expect(body).toMatchObject({ head: 2, position: 0 });
  });

  it('answers many devices in their order, each as it would be answered alone', async () => {
    const users = await Promise.all([0, 3, 9, 0, 5].map((entries) => userWith(entries)));
    const [nobody = '', ann = '', bob = ''] = users;
    const group = await served.createGroup(ann, bob);
    await confirm(bob, 'laptop', 7);
    await confirm(bob, 'phone', 2);
    const connections = [
      ...[ann, nobody, bob].map((user_id) => ({ user_id, device_id: 'phone', catch_up_entries: 4 })),
      { user_id: bob, device_id: 'tablet', keep_position: false },
      { user_id: ann, device_id: 'laptop' },
      ...users.map((user_id) => ({ user_id, device_id: 'phone' })),
    ];
    const { connections: opened, ...announced } = await openAll(connections);
    expect(opened).toHaveLength(connections.length);
    for (const [index, body] of connections.entries()) {
      const alone = await served.ask('POST /internal/connections', { body });
      expect({ ...opened[index], ...announced }).toEqual(alone);
    }
    // Of a new group there is an entry for each of its members.
    expect(opened[0]).toMatchObject({ head: 4, position: 0, conversation_ids: [group] });
    expect(opened[2]).toMatchObject({ head: 10, position: 6, skipped: 4 });
    expect(opened[3]).toMatchObject({ position: 7 });
  });

  it('asks the database once for many, and writes once what is new of them', async () => {
    const statements: string[] = [];
    const watched = databaseWhere((name) => void statements.push(name));
    const routes = internalRoutes(contextOn(watched));
    const connections = Array.from({ length: 100 }, () => ({ user_id: randomUUID(), device_id: 'phone' }));
    const openThem = () => ask(routes, 'POST /internal/connections/batch', { body: { connections } });
    await openThem();
    expect(statements).toEqual(['open_connections', 'save_cursors', 'delete_surplus_cursors']);
    statements.length = 0;
    await openThem();
    expect(statements).toEqual(['open_connections']);
  });

  it('keeps the positions of the others where that of one is refused', async () => {
    const [poison, user] = [randomUUID(), await userWith(9)];
    const database = databaseWhere((name, parameters) =>
      name === 'save_cursors' && JSON.stringify(parameters).includes(poison) ? refused('23514') : undefined,
    );
    const connections = [poison, user].map((user_id) => ({ user_id, device_id: 'phone' }));
    const routes = internalRoutes(contextOn(database));
    const { status } = await ask(routes, 'POST /internal/connections/batch', { body: { connections } });
    expect(status).toBe(200);
    await confirm(user, 'laptop', 7);
    // It began at 0 before the other device confirmed anything.
    expect(await open(user, 'phone')).toMatchObject({ position: 0 });
  });

  it('opens one device that connects twice in a call twice', async () => {
    const user = await userWith(2);
    const twice = [1, 2].map(() => ({ user_id: user, device_id: 'phone' }));
    const { connections } = await openAll(twice);
    expect(connections).toEqual([connections[0], connections[0]]);
    expect(connections[0]).toMatchObject({ head: 2, position: 0 });
  });
});
