import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import type { InboxPage, OpenConnectionResponse } from '@chat-app/protocol';
import { ask, contextOn, directMessage, openDatabase, storeAll } from '../../testing/embedded-context';
import type { Context } from '../context';
import { registerInstance, deregisterInstance } from '../inbox/sql/register-instance';
import { internalRoutes, publicRoutes } from '../routes';
import { Retention } from './run-retention';
import { removeExpired } from './remove-expired';
import { retentionFrom } from './retention-settings';

const DAY_MS = 86_400_000;
const LIMITS = {
  CONFIRMED_ENTRY_DAYS: 2,
  ENTRY_DAYS: 7,
  MESSAGE_DAYS: 0,
  REDRIVEN_MESSAGE_DAYS: 5,
  DEAD_MESSAGE_DAYS: 12,
};

describe('rows that end', () => {
  let database: Database;
  let routes: readonly Route[];
  beforeAll(async () => {
    database = await openDatabase();
    const context = contextOn(database);
    routes = [...internalRoutes(context), ...publicRoutes(context)];
  }, 60_000);
  afterEach(async () => {
    jest.useRealTimers();
    for (const table of ['inbox', 'inbox_heads', 'cursors', 'messages', 'events', 'dead_messages']) {
      await run(`truncate chat.${table}`);
    }
    await run(`update chat.cleanups set due_at = now(), walked_to = '', cutoff = null, cleared_before = null`);
  });
  afterAll(() => database.close());

  const contextWith = (limits: Partial<typeof LIMITS> = {}): Context => {
    const context = contextOn(database);
    return { ...context, settings: { ...context.settings, retention: retentionFrom({ ...LIMITS, ...limits }) } };
  };
  /** So many days from now. */
  const day = (days: number): Date => new Date(Date.now() + days * DAY_MS);
  /** Works until nothing is due. Answers how many rows went. */
  const clean = async (now: Date, context = contextWith()): Promise<number> => {
    await run('update chat.cleanups set due_at = $1', [now]);
    let removed = 0;
    for (let batch: number | undefined = 0; batch !== undefined; batch = await removeExpired(context, now)) {
      removed += batch;
      await run(`update chat.cleanups set due_at = $1 where walked_to <> ''`, [now]);
    }
    return removed;
  };
  const run = <Row extends object>(text: string, parameters: (string | Date)[] = []) =>
    database.query<Row>({ name: 'arrange', text }, parameters);
  const count = async (table: string): Promise<number> =>
    (await run<{ n: number }>(`select count(*)::integer as n from chat.${table}`))[0]!.n;
  const open = async (user_id: string, device_id: string) =>
    (await ask<OpenConnectionResponse>(routes, 'POST /internal/connections', { body: { user_id, device_id } })).body;
  const confirm = (user_id: string, device_id: string, received_seq: number) =>
    ask(routes, 'POST /internal/cursors', { body: { cursors: [{ user_id, device_id, received_seq }] } });
  const read = async (user_id: string, after: number) =>
    (await ask<InboxPage>(routes, 'GET /internal/inbox', { query: { user_id, after } })).body;
  const tell = async (user: string, messages: number) => {
    await storeAll(
      database,
      Array.from({ length: messages }, () => directMessage(user, user)),
    );
  };
  const seqs = async (user: string, after = 0) => (await read(user, after)).entries.map(({ seq }) => seq);

  it('are entries that every device confirmed, once they are old enough, and none that one lacks', async () => {
    const user = randomUUID();
    await tell(user, 9);
    await confirm(user, 'phone', 7);
    await confirm(user, 'laptop', 4);
    expect(await clean(day(1))).toBe(0);
    expect(await clean(day(3))).toBe(4);
    expect(await seqs(user)).toEqual([5, 6, 7, 8, 9]);
    expect(await open(user, 'laptop')).toMatchObject({ position: 4, skipped: 0 });
    expect(await open(user, 'tablet')).toMatchObject({ position: 7, skipped: 0 });
  });

  it('are entries that nobody confirmed in all that time, and a device is told how many it missed', async () => {
    const user = randomUUID();
    await tell(user, 5);
    await confirm(user, 'phone', 2);
    expect(await clean(day(6.9))).toBe(2);
    expect(await clean(day(7.1))).toBe(3);
    await tell(user, 2);
    expect(await open(user, 'phone')).toMatchObject({ head: 7, position: 5, skipped: 3 });
    expect(await seqs(user, 5)).toEqual([6, 7]);
    expect(await count('messages')).toBe(7);
  });

  it('are told to a reader who stands before them', async () => {
    const user = randomUUID();
    await tell(user, 3);
    await clean(day(8));
    expect(await read(user, 1)).toMatchObject({ head: 3, entries: [], expired: 3 });
    expect(await read(user, 3)).not.toHaveProperty('expired');
  });

  it('are nothing where no time is set', async () => {
    const user = randomUUID();
    await tell(user, 3);
    await confirm(user, 'phone', 3);
    await confirm(user, 'laptop', 1);
    const never = { CONFIRMED_ENTRY_DAYS: 0, ENTRY_DAYS: 0 };
    expect(await clean(day(10_000), contextWith(never))).toBe(0);
    expect(await clean(day(10_000), contextWith({ ENTRY_DAYS: 0 }))).toBe(1);
  });

  it('go in batches, each no larger than bounded, and all in the end', async () => {
    const users = [randomUUID(), randomUUID()];
    for (const user of users) await tell(user, 450);
    const context = contextWith();
    await clean(day(-1), context);
    const now = day(8);
    await run(
      `update chat.cleanups set due_at = case when task = 'inbox' then $1::timestamptz else $2::timestamptz end`,
      [now, day(9)],
    );
    const batches: number[] = [];
    for (let n = 0; (await count('inbox')) > 0; n += 1) {
      batches.push((await removeExpired(context, new Date(now.getTime() + n * 1_000))) ?? -1);
    }
    expect(batches).toEqual([400, 400, 100]);
    expect(await removeExpired(context, now)).toBeUndefined();
  });

  it('are events only eight days after they were stored, however soon entries go: the log may bring them again', async () => {
    const user = randomUUID();
    await ask(routes, 'POST /conversations', { caller: user, body: { title: 'mine', member_ids: [] } });
    const context = contextWith({ ENTRY_DAYS: 1, CONFIRMED_ENTRY_DAYS: 1 });
    for (const at of [3, 7.9]) await clean(day(at), context);
    expect([await count('inbox'), await count('events')]).toEqual([0, 1]);
    await clean(day(8.1), context);
    expect(await count('events')).toBe(0);
  });

  it('are the entries of an inbox that begins with more than a page of those without an age', async () => {
    const user = randomUUID();
    await tell(user, 1);
    await ask(routes, 'POST /conversations', { caller: user, body: { title: 'mine', member_ids: [] } });
    // As a version of before wrote them: 450 joins without a record, before what has one.
    await run('update chat.inbox set seq = seq + 450 where user_id = $1', [user]);
    await run('update chat.inbox_heads set last_seq = last_seq + 450 where user_id = $1', [user]);
    await run(
      `insert into chat.inbox (user_id, seq, kind, conversation_id)
       select $1::uuid, n, 1, gen_random_uuid() from generate_series(1, 450) n`,
      [user],
    );
    expect((await clean(day(10))) + (await clean(day(10.1)))).toBe(453);
    expect([await count('inbox'), await count('events')]).toEqual([0, 0]);
  });

  it('wait while a pod runs that looks for them', async () => {
    await tell(randomUUID(), 3);
    const before = randomUUID();
    await registerInstance(database, before, ['message']);
    expect(await clean(day(8))).toBe(0);
    await deregisterInstance(database, before);
    expect(await clean(day(8))).toBe(3);
  });

  it('are removed at intervals until the cleaner is closed', async () => {
    const user = randomUUID();
    await tell(user, 3);
    await run(`update chat.messages set stored_at = $1`, [day(-8)]);
    jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] });
    const cleaner = new Retention(contextWith(), 10);
    cleaner.start();
    while ((await count('inbox')) > 0) await jest.advanceTimersByTimeAsync(12);
    await cleaner.close();
    await run('update chat.cleanups set due_at = $1', [day(-1)]);
    await tell(user, 1);
    await run(`update chat.messages set stored_at = $1`, [day(-8)]);
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(await count('inbox')).toBe(1);
  });

  it('keep every table but that of messages from growing, in a month of traffic, and no device unsure of what it missed', async () => {
    const users = Array.from({ length: 6 }, () => randomUUID());
    const [ann = '', bob = ''] = users;
    const { body } = await ask<{ conversation_id: string }>(routes, 'POST /conversations', {
      caller: ann,
      body: { title: 'all', member_ids: users.slice(1) },
    });
    const params = { conversation_id: body.conversation_id };
    const sizes: Record<string, number>[] = [];
    await confirm(bob, 'lost', 1);
    for (let today = 1; today <= 30; today += 1) {
      for (const user of users) await tell(user, 10);
      for (let n = 0; n < 5; n += 1) {
        await ask(routes, 'PATCH /conversations/{conversation_id}', {
          caller: ann,
          params,
          body: { title: `${today} ${n}` },
        });
      }
      // Bob reads on a phone that is on each day, the others on phones that are on every other day.
      for (const user of users.filter((_, index) => index === 1 || today % 2 === 0)) {
        await confirm(user, 'phone', (await open(user, 'phone')).head);
      }
      await run(
        `insert into chat.dead_messages (source_topic, source_partition, source_offset, redrive_count, key, value, headers, error_code,
           error, failed_at) values ('messages', 0, ${today}, 0, '', '', '{}', 'x', 'x', now())`,
      );
      // What was written just now was written on this day.
      const written = [day(today), day(0.5)];
      for (const [table, column] of [
        ['messages', 'stored_at'],
        ['events', 'stored_at'],
        ['dead_messages', 'archived_at'],
      ]) {
        await run(`update chat.${table} set ${column} = $1 where ${column} < $2`, written);
      }
      await clean(day(today + 0.01));
      const now: Record<string, number> = {};
      for (const table of ['inbox', 'events', 'dead_messages', 'messages']) now[table] = await count(table);
      sizes.push(now);
    }
    const [steady, end] = [sizes[19]!, sizes[29]!];
    for (const table of ['inbox', 'events', 'dead_messages']) {
      expect(end[table]).toBeLessThanOrEqual(steady[table]! * 1.1);
    }
    expect(end['messages']).toBe(30 * 60);
    // The device that was lost on the first day is told how much it missed since, and sent the rest without a hole.
    const lost = await open(bob, 'lost');
    expect(lost.skipped).toBe(lost.position - 1);
    expect(await seqs(bob, lost.position)).toHaveLength(lost.head - lost.position);
    for (const user of users) {
      await tell(user, 3);
      const { position, head } = await open(user, 'phone');
      expect(await seqs(user, position)).toEqual(Array.from({ length: head - position }, (_, n) => position + n + 1));
    }
  });
});
