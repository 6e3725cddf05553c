import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createPostgresDatabase } from '@chat-app/database/postgres';
import { Metrics, secretOf, silentLogger } from '@chat-app/platform';
import type { InboxPage, OpenConnectionResponse, OpenConnectionsResponse } from '@chat-app/protocol';
import { backendAddress, describeWithBackend } from '../../../../test/testing/backends';
import { ask, contextOn, directMessage, storeAll } from '../../testing/embedded-context';
import { MIGRATIONS, SCHEMA } from '../migrations';
import { internalRoutes } from '../routes';

describeWithBackend('postgres', 'opening many connections, and reading for them, on PostgreSQL', () => {
  const name = `opening_${randomUUID().replaceAll('-', '')}`;
  const at = (database: string, poolSize = 4): Database => {
    const url = new URL(backendAddress('postgres'));
    url.pathname = `/${database}`;
    return createPostgresDatabase({
      url: secretOf(url.href),
      applicationName: 'opening-test',
      logger: silentLogger,
      metrics: new Metrics('test'),
      poolSize,
    });
  };
  let [admin, database]: Database[] = [];
  beforeAll(async () => {
    admin = at(new URL(backendAddress('postgres')).pathname.slice(1));
    await admin.query({ name: 'create', text: `create database ${name}` });
    database = at(name);
    await database.migrate(SCHEMA, MIGRATIONS);
  }, 120_000);
  afterAll(async () => {
    await database?.close();
    await admin?.query({ name: 'drop', text: `drop database if exists ${name} with (force)` });
    await admin?.close();
  });
  const opened = (): Database => {
    if (database === undefined) throw new Error('it is not open');
    return database;
  };
  const call = async <Body>(path: string, body: object): Promise<Body> =>
    (await ask<Body>(internalRoutes(contextOn(opened())), `POST ${path}`, { body })).body;

  it('answers each as it would be answered alone, while calls with the same devices cross', async () => {
    const users = Array.from({ length: 60 }, () => randomUUID());
    await storeAll(
      opened(),
      users.flatMap((user, index) => users.slice(0, index % 4).map((other) => directMessage(other, user))),
    );
    const connections = users.map((user_id) => ({ user_id, device_id: 'phone' }));
    const crossing = Array.from({ length: 8 }, (_, turn) => [
      ...connections.slice(turn),
      ...connections.slice(0, turn),
    ]);
    const answers = await Promise.all(
      crossing.map((each) => call<OpenConnectionsResponse>('/internal/connections/batch', { connections: each })),
    );
    for (const [turn, { connections: each, ...announced }] of answers.entries()) {
      for (const [index, body] of (crossing[turn] ?? []).entries()) {
        if (index % 10 !== 0) continue;
        const alone = await call<OpenConnectionResponse>('/internal/connections', body);
        expect({ ...each[index], ...announced }).toEqual(alone);
      }
    }
    const text = "select user_id from chat.cursors where device_id = 'phone'";
    const kept = await opened().query<{ user_id: string }>({ name: 'kept', text });
    expect(kept.map(({ user_id }) => user_id).sort()).toEqual([...users].sort());
  }, 60_000);

  it('finds each by index among many others, whatever the statistics were when it was prepared', async () => {
    const fill = `
      with u as (select gen_random_uuid() as id from generate_series(1, 20000)),
      heads as (insert into chat.inbox_heads (user_id, last_seq) select id, 1 from u)
      insert into chat.cursors (user_id, device_id, received_seq) select id, 'phone', 1 from u`;
    // One session, which prepares while the tables are small, and tells what it read itself.
    const session = at(name, 1);
    const routes = internalRoutes(contextOn(session));
    // None of them is new after the first time: what is written then is not what is looked at.
    const connections = Array.from({ length: 100 }, () => ({ user_id: randomUUID(), device_id: 'phone' }));
    const openThem = () => ask(routes, 'POST /internal/connections/batch', { body: { connections } });
    const rowsScanned = async (): Promise<number> => {
      const text = `select sum(seq_tup_read)::int as rows from pg_stat_user_tables
        where relname in ('cursors', 'inbox_heads', 'blocks', 'members')`;
      await session.query({ name: 'flush', text: 'select pg_stat_force_next_flush()' });
      const [row] = await session.query<{ rows: number }>({ name: 'scans', text });
      return row?.rows ?? NaN;
    };
    try {
      for (let n = 0; n < 10; n += 1) await openThem();
      await session.query({ name: 'fill', text: fill });
      const before = await rowsScanned();
      for (let n = 0; n < 10; n += 1) await openThem();
      expect((await rowsScanned()) - before).toBeLessThan(20_000);
    } finally {
      await session.close();
    }
  }, 60_000);

  it('reads one inbox again and again by one plan, however far it is behind', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    await storeAll(
      opened(),
      Array.from({ length: 300 }, () => directMessage(ann, bob)),
    );
    const session = at(name, 1);
    try {
      await session.query({ name: 'analyze', text: 'analyze chat.inbox' });
      const routes = internalRoutes(contextOn(session));
      for (let after = 0; after < 10; after += 1) {
        const query = { user_id: bob, after: String(after * 25), limit: '200' };
        const { body } = await ask<InboxPage>(routes, 'GET /internal/inbox', { query });
        expect(body.entries).toHaveLength(Math.min(200, 300 - after * 25));
      }
      const text =
        "select generic_plans::int as kept from pg_prepared_statements where statement like '%from chat.inbox i%'";
      const [statement] = await session.query<{ kept: number }>({ name: 'plans', text });
      expect(statement?.kept).toBe(5);
    } finally {
      await session.close();
    }
  }, 60_000);
});
