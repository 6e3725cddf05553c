import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createPostgresDatabase } from '@chat-app/database/postgres';
import { Metrics, secretOf, silentLogger } from '@chat-app/platform';
import { directConversationId, type ChatMessage } from '@chat-app/protocol';
import { backendAddress, describeWithBackend } from '../../../../test/testing/backends';
import { contextOn, directMessage, storeMessages } from '../../testing/embedded-context';
import { listMessagesBefore } from '../messages/sql/list-messages-before';
import { MIGRATIONS, SCHEMA } from '../migrations';
import { removeExpired } from './remove-expired';
import { retentionFrom } from './retention-settings';

const DAY_MS = 86_400_000;
const RETENTION = retentionFrom({
  CONFIRMED_ENTRY_DAYS: 7,
  ENTRY_DAYS: 90,
  MESSAGE_DAYS: 60,
  REDRIVEN_MESSAGE_DAYS: 60,
  DEAD_MESSAGE_DAYS: 0,
});

describeWithBackend('postgres', 'a table of messages that is in use', () => {
  const name = `partitions_${randomUUID().replaceAll('-', '')}`;
  const users = Array.from({ length: 10 }, () => randomUUID());
  const open = (database: string): Database => {
    const url = new URL(backendAddress('postgres'));
    url.pathname = `/${database}`;
    return createPostgresDatabase({
      url: secretOf(url.href),
      applicationName: 'partitions-test',
      logger: silentLogger,
      metrics: new Metrics('test'),
      poolSize: 4,
    });
  };
  const postgres = new URL(backendAddress('postgres')).pathname.slice(1);
  let admin: Database;
  /** That of a pod that goes on, its statements prepared before, and that of the pod which works. */
  let [pod, worker]: Database[] = [];
  beforeAll(async () => {
    admin = open(postgres);
    await admin.query({ name: 'create', text: `create database ${name}` });
    [pod, worker] = [open(name), open(name)];
    await on(pod).migrate(SCHEMA, MIGRATIONS);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([pod?.close(), worker?.close()]);
    await admin.query({ name: 'drop', text: `drop database if exists ${name} with (force)` });
    await admin.close();
  });

  const on = (database: Database | undefined): Database => {
    if (database === undefined) throw new Error('it is not open');
    return database;
  };
  const someone = (): string => users[Math.floor(Math.random() * users.length)] ?? '';
  const query = <Row extends object>(text: string): Promise<Row[]> => on(worker).query<Row>({ name: 'ask', text });
  const step = async (now: Date): Promise<void> => {
    await on(worker).query({ name: 'due', text: `update chat.cleanups set due_at = $1` }, [now]);
    await on(worker).query({ name: 'later', text: `update chat.cleanups set due_at = $1 where task <> 'messages'` }, [
      new Date(now.getTime() + DAY_MS),
    ]);
    const context = contextOn(on(worker));
    await removeExpired({ ...context, settings: { ...context.settings, retention: RETENTION } }, now);
  };
  const state = async () =>
    (
      await query<{ partitioned: boolean; bound: boolean | null }>(
        `select relkind = 'p' as partitioned, (select convalidated from pg_constraint where conname = 'messages_bound') as bound
         from pg_class where oid = 'chat.messages'::regclass`,
      )
    )[0];

  /** Stores and reads, one call after the other, until it is told to stop. */
  class Traffic {
    readonly stored: ChatMessage[] = [];
    slowestMs = 0;
    #stopped = false;
    readonly #running = Promise.all([this.#run(), this.#run()]);

    async #run(): Promise<void> {
      while (!this.#stopped) {
        const messages = Array.from({ length: 20 }, () => directMessage(someone(), someone()));
        const began = performance.now();
        await storeMessages(on(pod), messages);
        this.stored.push(...messages);
        await listMessagesBefore(on(pod), directConversationId(someone(), someone()), undefined, 10, someone());
        this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
      }
    }

    async stop(): Promise<void> {
      this.#stopped = true;
      await this.#running;
    }

    /** Until so many more are stored. */
    async more(count: number): Promise<void> {
      for (const at = this.stored.length; this.stored.length < at + count;) await new Promise(setImmediate);
    }
  }

  it('becomes partitions while pods go on storing and reading: nothing fails, is lost, or is stored twice', async () => {
    const traffic = new Traffic();
    await traffic.more(400);
    const now = new Date();
    // Somebody reads the whole table, a backup for instance: nobody waits behind what waits for it.
    await on(worker).transaction(async (reading) => {
      await reading.query({ name: 'read', text: 'select count(*) from chat.messages' });
      await step(now);
      expect(await state()).toEqual({ partitioned: false, bound: null });
    });
    for (const expected of [
      { partitioned: false, bound: false },
      { partitioned: false, bound: true },
      { partitioned: true, bound: null },
    ]) {
      const { bound } = (await state()) ?? {};
      await step(now);
      // The second step says it unproved, and proves it at once.
      if (bound === null && expected.bound === true) await step(now);
      expect(await state()).toEqual(expected);
      await traffic.more(200);
    }
    for (let steps = 0; steps < 4; steps += 1) await step(now);
    await traffic.more(400);
    await traffic.stop();
    expect(traffic.slowestMs).toBeLessThan(5_000);

    const again = traffic.stored.filter((_, index) => index % 50 === 0);
    const outcomes = await storeMessages(on(pod), again);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['duplicate']));
    const [counted] = await query(`select count(*)::integer as all, count(distinct id)::integer as ids,
      count(distinct tableoid)::integer as partitions from chat.messages`);
    const count = traffic.stored.length;
    expect(counted).toEqual({ all: count, ids: count, partitions: 2 });
    expect(
      await query(`select user_id from chat.inbox_heads h left join lateral (
          select count(*) as n, count(distinct message_id) as ids, min(seq) as first, max(seq) as last
          from chat.inbox i where i.user_id = h.user_id) i on true
        where h.last_seq > 0 and (n <> last_seq or ids <> n or first <> 1 or last <> last_seq)`),
    ).toEqual([]);
    expect(
      await query(`select a.id from chat.messages a join chat.messages b on a.conversation_id = b.conversation_id
        where a.number < b.number and a.tableoid = (select max(tableoid::oid) from chat.messages) and b.tableoid <> a.tableoid`),
    ).toEqual([]);
  }, 120_000);

  it('is dropped month by month by one of several pods, while the others go on', async () => {
    const later = new Date(Date.now() + 200 * DAY_MS);
    await query(`update chat.cleanups set cleared_before = '2200-01-01' where task = 'inbox'`);
    const traffic = new Traffic();
    for (let steps = 0; steps < 12; steps += 1) await Promise.all([step(later), step(later)]);
    await traffic.more(200);
    await step(new Date(later.getTime() + 200 * DAY_MS));
    await traffic.stop();
    const dropped = await query<{ name: string }>(
      `select name from chat.message_partitions where dropped_at is not null order by from_number`,
    );
    expect(dropped.map(({ name: partition }) => partition)).toContain('messages_first');
    const kept = await query(`select count(*)::integer as count from chat.messages`);
    expect(kept).not.toEqual([{ count: 0 }]);
  }, 120_000);
});
