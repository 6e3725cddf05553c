import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import {
  directConversationId,
  type ConversationsResponse,
  type HistoryResponse,
  type InboxPage,
  type OpenConnectionResponse,
} from '@chat-app/protocol';
import type { z } from 'zod';
import { ask, contextOn, directMessage, openDatabase, storeAll, storeMessages } from '../../testing/embedded-context';
import { deregisterInstance, registerInstance } from '../inbox/sql/register-instance';
import { MIGRATIONS, SCHEMA } from '../migrations';
import { internalRoutes, publicRoutes } from '../routes';
import { removeExpired } from './remove-expired';
import { retentionFrom } from './retention-settings';

const DAYS = {
  CONFIRMED_ENTRY_DAYS: 7,
  ENTRY_DAYS: 90,
  MESSAGE_DAYS: 60,
  REDRIVEN_MESSAGE_DAYS: 60,
  DEAD_MESSAGE_DAYS: 0,
};

describe('messages that end', () => {
  let database: Database;
  let routes: readonly Route[];
  const [ann, bob] = [randomUUID(), randomUUID()];
  const conversation_id = directConversationId(ann, bob);
  beforeAll(async () => {
    database = await openDatabase();
    const context = contextOn(database);
    routes = [...internalRoutes(context), ...publicRoutes(context)];
  }, 60_000);
  afterEach(async () => {
    await query('drop schema chat cascade');
    await database.migrate(SCHEMA, MIGRATIONS);
  }, 60_000);
  afterAll(() => database.close());

  const query = <Row extends object>(text: string, parameters: (string | Date)[] = []): Promise<Row[]> =>
    database.query<Row>({ name: 'arrange', text }, parameters);
  /** The tenth of a month that comes so many months after this one. */
  const month = (months: number): Date => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 10));
  };
  /** Some days later in that month: younger than 60 days on the tenth of the month after the next. */
  const lateIn = (months: number): Date => new Date(month(months).getTime() + 10 * 86_400_000);
  /** Works as it would on this day, until nothing is due. */
  const work = async (now: Date, days: Partial<typeof DAYS> = {}): Promise<void> => {
    const context = contextOn(database);
    const settings = { ...context.settings, retention: retentionFrom({ ...DAYS, ...days }) };
    // Entries first: they are in the way of the messages.
    for (const task of ['inbox', 'messages', 'events']) {
      for (let walkedTo: string | undefined = 'begin'; walkedTo !== undefined && walkedTo !== '';) {
        await query(
          'update chat.cleanups set due_at = case when task = $1 then $2::timestamptz else $3::timestamptz end',
          [task, now, new Date(now.getTime() + 1)],
        );
        if ((await removeExpired({ ...context, settings }, now)) === undefined) break;
        const text = 'select walked_to from chat.cleanups where task = $1';
        walkedTo = (await query<{ walked_to: string }>(text, [task]))[0]?.walked_to;
      }
    }
  };
  /** Stores messages from one to the other as if on this day. */
  const tell = async (count: number, at: Date, text = 'hello'): Promise<string[]> => {
    const ids = await storeAll(
      database,
      Array.from({ length: count }, (_, n) => directMessage(ann, bob, `${text} ${n}`)),
    );
    for (const id of ids) await query('update chat.messages set stored_at = $2 where id = $1', [id, at]);
    return ids;
  };
  const partitionOf = async (id: string): Promise<string> =>
    (
      await query<{ name: string }>('select tableoid::regclass::text as name from chat.messages where id = $1', [id])
    )[0]!.name;
  const partitions = async (): Promise<string[]> => {
    const text = `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'chat.messages'::regclass order by 1`;
    return (await query<{ name: string }>(text)).map(({ name }) => name);
  };
  const history = async (question: Record<string, unknown> = {}, caller = bob, of = conversation_id) => {
    const route = 'GET /conversations/{conversation_id}/messages';
    const { body } = await ask<z.infer<typeof HistoryResponse>>(routes, route, {
      caller,
      params: { conversation_id: of },
      query: question,
    });
    return { ids: body.messages.map(({ message_id }) => message_id), more: body.more, before: body.expired_before };
  };
  const nameOf = (date: Date): string => `messages_from_${date.toISOString().slice(0, 8).replaceAll('-', '')}01`;

  it('are in one table, for ever, where no time is set', async () => {
    const ids = await tell(2, month(0));
    for (const months of [1, 100]) await work(month(months), { MESSAGE_DAYS: 0 });
    expect([await partitions(), (await history()).ids]).toEqual([[], ids]);
  });

  it('are in partitions from the day on which a time is set, and every read goes on over all of them', async () => {
    const before = await tell(3, month(0));
    await work(month(0));
    const first = await tell(2, month(0));
    await work(month(1));
    const second = await tell(2, month(1));
    expect(new Set(await Promise.all(before.map(partitionOf)))).toEqual(new Set(['chat.messages_first']));
    expect(await partitionOf(first[0]!)).toMatch(/^chat\.messages_from_\d{6}10$/);
    expect(await partitionOf(second[0]!)).toBe(`chat.${nameOf(month(1))}`);
    expect(await partitions()).toContain(nameOf(month(2)));
    const all = [...before, ...first, ...second];
    expect(await history()).toEqual({ ids: all, more: false, before: undefined });
    expect(await history({ before: first[1], limit: 3 })).toMatchObject({ ids: all.slice(1, 4), more: true });
    expect(await history({ after: before[2], limit: 3 })).toMatchObject({ ids: all.slice(3, 6), more: true });
    const { body } = await ask<z.infer<typeof ConversationsResponse>>(routes, 'GET /conversations', { caller: bob });
    expect(body.conversations[0]).toMatchObject({ unread_count: 7, last_message: { message_id: second[1] } });
    await ask(routes, 'PUT /conversations/{conversation_id}/read', {
      caller: bob,
      params: { conversation_id },
      body: { message_id: first[0]! },
    });
    const read = await ask<z.infer<typeof ConversationsResponse>>(routes, 'GET /conversations', { caller: bob });
    expect(read.body.conversations[0]).toMatchObject({ unread_count: 3 });
  });

  it('are stored once, in whatever partition the first copy is, and by the call of the version before too', async () => {
    const message = directMessage(ann, bob, 'once');
    await storeAll(database, [message]);
    await work(month(0));
    await work(month(1));
    const fresh = directMessage(ann, bob, 'fresh');
    expect((await storeMessages(database, [message, fresh, fresh])).map(({ outcome }) => outcome)).toEqual([
      'duplicate',
      'stored',
      'duplicate',
    ]);
    const text = `select outcome from chat.store_messages($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[])`;
    const { message_id, sent_at } = message;
    const row = [message_id, conversation_id, ann, bob, 'once', sent_at].map((value) => [value]);
    expect(await database.query({ name: 'before', text }, row)).toEqual([{ outcome: 'duplicate' }]);
    expect((await history()).ids).toEqual([message.message_id, fresh.message_id]);
  });

  it('go a month at a time once they are old enough, and whoever asks for them is told', async () => {
    const before = await tell(3, month(0));
    await work(month(0));
    await work(month(1));
    const kept = await tell(2, month(1));
    await work(month(2));
    // All of the first month is 60 days old now: the months after it are not.
    await work(month(3));
    expect(await partitions()).not.toContain('messages_first');
    expect(await history()).toMatchObject({ ids: kept, more: false, before: expect.any(String) as string });
    expect(await history({ limit: 1 })).toMatchObject({ ids: [kept[1]], more: true, before: undefined });
    for (const mark of ['before', 'after']) {
      await expect(history({ [mark]: before[1] })).rejects.toMatchObject({ code: 'message_expired', status: 410 });
    }
    const receipts = { caller: bob, params: { conversation_id, message_id: before[1]! } };
    await expect(
      ask(routes, 'GET /conversations/{conversation_id}/messages/{message_id}/receipts', receipts),
    ).rejects.toMatchObject({ code: 'message_expired' });
    const text = `update chat.conversations set created_at = $1 where id = $2`;
    await query(text, [month(7), conversation_id]);
    await expect(history({ before: before[1] })).rejects.toMatchObject({ code: 'unknown_message' });
    await query(text, [month(0), conversation_id]);
    for (const months of [4, 5]) await work(month(months));
    expect(await history()).toMatchObject({ ids: [], more: false, before: expect.any(String) as string });
    const { body } = await ask<z.infer<typeof ConversationsResponse>>(routes, 'GET /conversations', { caller: bob });
    expect(body.conversations[0]).toMatchObject({ conversation_id, unread_count: 0 });
    expect(body.conversations[0]).not.toHaveProperty('last_message');
  });

  it('go after their entries: a device is told how many it missed, and is sent the others without a hole', async () => {
    const confirm = { user_id: bob, device_id: 'phone', received_seq: 1 };
    await tell(4, month(0));
    await ask(routes, 'POST /internal/cursors', { body: { cursors: [confirm] } });
    await work(month(0), { ENTRY_DAYS: 0 });
    for (const months of [1, 2]) {
      await work(month(months), { ENTRY_DAYS: 0 });
      await tell(2, lateIn(months));
    }
    await work(month(3), { ENTRY_DAYS: 0 });
    expect(await partitions()).not.toContain('messages_first');
    const { body: opened } = await ask<OpenConnectionResponse>(routes, 'POST /internal/connections', {
      body: { user_id: bob, device_id: 'phone' },
    });
    expect(opened).toMatchObject({ head: 8, position: 4, skipped: 3 });
    const { body: page } = await ask<InboxPage>(routes, 'GET /internal/inbox', { query: { user_id: bob, after: 4 } });
    expect(page.entries.map(({ seq, kind }) => [seq, kind])).toEqual([5, 6, 7, 8].map((seq) => [seq, 'message']));
  });

  it('take their reactions with them, and of an entry about them nothing but its number is left', async () => {
    const [old] = await tell(1, month(0));
    await query(`insert into chat.reactions values ($1, $2, 'x', now())`, [old!, bob]);
    const [young] = await tell(1, month(0));
    await work(month(0));
    await work(month(1));
    const [late] = await tell(1, lateIn(1));
    await query(`insert into chat.reactions values ($1, $2, 'x', now())`, [late!, bob]);
    // An edit of it is younger than the message.
    const edit = { kind: 'edited', message_id: young, content: 'secret of long ago' };
    await query(
      `with event as (
         insert into chat.events (id, conversation_id, kind, actor_id, body, at, stored_at)
         values ($1, $2, 'edited', $3, $4, now(), $5))
       insert into chat.inbox (user_id, seq, kind, event_id, conversation_id)
       select $3::uuid, 4, 4, $1::uuid, $2::uuid`,
      [randomUUID(), conversation_id, bob, JSON.stringify(edit), month(3)],
    );
    await query('update chat.inbox_heads set last_seq = 4 where user_id = $1', [bob]);
    await work(month(3));
    expect(await query('select message_id from chat.reactions')).toEqual([{ message_id: late }]);
    const { body: page } = await ask<InboxPage>(routes, 'GET /internal/inbox', { query: { user_id: bob, after: 2 } });
    expect(page.entries.map(({ seq, kind }) => [seq, kind])).toEqual([
      [3, 'message'],
      [4, 'expired'],
    ]);
    expect(JSON.stringify(page)).not.toContain('secret');
  });

  it('are kept where a pod of the version before runs, and go on into the newest partition where nobody turns the months', async () => {
    const ids = await tell(1, month(0));
    await work(month(0));
    await work(month(1));
    const pod = randomUUID();
    await registerInstance(database, pod, ['message', 'expired_entries']);
    await work(month(9));
    expect(await partitions()).toContain('messages_first');
    ids.push(...(await tell(1, month(9))));
    expect(await partitionOf(ids[1]!)).toBe(`chat.${nameOf(month(1))}`);
    expect((await history()).ids).toEqual(ids);
    await deregisterInstance(database, pod);
    // The months that nobody turned are one partition, and it goes on from there.
    await work(month(9));
    ids.push(...(await tell(1, month(9))));
    expect(await partitionOf(ids[2]!)).toBe(`chat.${nameOf(month(3))}`);
    expect(await partitions()).toContain(nameOf(month(10)));
  });

  it('stay in the indexes, constraints and rights of the table that they were in', async () => {
    await query('create role reporter');
    await query('grant select on chat.messages to reporter');
    await query(`alter table chat.messages add constraint no_poison check (content <> 'poison')`);
    await work(month(0));
    const text = `select has_table_privilege('reporter', 'chat.messages', 'select') as may,
      array(select indexname::text from pg_indexes where schemaname = 'chat' and tablename = 'messages' order by 1) as indexes`;
    expect(await query(text)).toEqual([{ may: true, indexes: ['messages_by_conversation', 'messages_by_version'] }]);
    await expect(storeMessages(database, [directMessage(ann, bob, 'poison')])).rejects.toMatchObject({
      details: { sqlstate: '23514' },
    });
    const [id] = await tell(1, month(0));
    const twice = `insert into chat.messages select * from chat.messages where id = $1`;
    await expect(query(twice, [id!])).rejects.toMatchObject({ details: { sqlstate: '23505' } });
  });
});
