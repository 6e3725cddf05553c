/**
 * How large the tables of persistence become: stores so many days of traffic in a database of its own, removes what ends as a
 * pod would on each of these days, and prints the sizes, with their indexes, every ten days.
 *
 *   DATABASE_URL=postgres://… node --require ./test/testing/run-typescript.cjs services/persistence/bench/simulate-days.ts [options]
 *     --days 40  --users 500  --messages 5000  --message-days 8  --entry-days 8  --confirmed-days 3  --device-days 10
 *
 * A day is as long as its traffic takes: what is stored on it is dated so by the defaults of the columns, and tables are vacuumed
 * at its end, as autovacuum would in the meantime. Each day users write to each other and to a group, edit, react and read; nine in
 * ten users confirm on a phone each day, one in ten never does, and one in a hundred has a new device. Prints a line of JSON each.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Database } from '@chat-app/database';
import { contextOn, directMessage, groupMessage, SETTINGS } from '../testing/embedded-context';
import { insertGroup } from '../src/conversations/sql/create-group';
import { saveCursors } from '../src/inbox/sql/save-cursors';
import { sweepCursors, type CursorKey } from '../src/inbox/sql/sweep-cursors';
import { removeExpired } from '../src/retention/remove-expired';
import { retentionFrom } from '../src/retention/retention-settings';
import { projectEvent } from '../src/storing/project-event';
import { storeEvents } from '../src/storing/store-events';
import { withOwnDatabase } from './own-database';

const DAY_MS = 86_400_000;
const BATCH = 500;
const GROUP_MEMBERS = 50;
const TABLES = [
  'messages',
  'inbox',
  'inbox_heads',
  'events',
  'reactions',
  'cursors',
  'members',
  'conversations',
  'dead_messages',
];

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '40' },
    users: { type: 'string', default: '500' },
    messages: { type: 'string', default: '5000' },
    'message-days': { type: 'string', default: '8' },
    'entry-days': { type: 'string', default: '8' },
    'confirmed-days': { type: 'string', default: '3' },
    'device-days': { type: 'string', default: '10' },
  },
});
const retention = retentionFrom({
  CONFIRMED_ENTRY_DAYS: Number(values['confirmed-days']),
  ENTRY_DAYS: Number(values['entry-days']),
  MESSAGE_DAYS: Number(values['message-days']),
  REDRIVEN_MESSAGE_DAYS: Number(values['entry-days']),
  DEAD_MESSAGE_DAYS: Number(values['entry-days']),
});

void withOwnDatabase(2, simulate);

async function simulate(database: Database): Promise<void> {
  const users = Array.from({ length: Number(values.users) }, () => randomUUID());
  const group = randomUUID();
  const [ownerId = '', ...memberIds] = users.slice(0, GROUP_MEMBERS);
  await insertGroup(database, { id: group, title: 'a group', data: undefined, ownerId, memberIds });
  const began = Date.now();
  for (let day = 1; day <= Number(values.days); day += 1) {
    await dateRows(database, day);
    await live(database, users, group, day);
    await removeAll(database, new Date(began + day * DAY_MS));
    for (const table of TABLES) await run(database, `vacuum chat.${table}`);
    if (day % 10 === 0) process.stdout.write(`${JSON.stringify({ day, ...(await sizes(database)) })}\n`);
  }
}

/** What is stored from now on is of this day; what has its time from the clock is made a day older. */
async function dateRows(database: Database, day: number): Promise<void> {
  for (const [table, column] of [
    ['messages', 'stored_at'],
    ['events', 'stored_at'],
    ['dead_messages', 'archived_at'],
  ] as const) {
    await run(database, `alter table chat.${table} alter column ${column} set default now() + interval '${day} days'`);
  }
  await run(database, `update chat.cursors set updated_at = updated_at - interval '1 day'`);
}

/** A day: messages (one in ten to the group), of a hundred two are edited and three reacted to; then devices confirm. */
async function live(database: Database, users: readonly string[], group: string, day: number): Promise<void> {
  const any = (of: readonly string[]): string => of[Math.floor(Math.random() * of.length)] ?? '';
  for (let stored = 0; stored < Number(values.messages); stored += BATCH) {
    const messages = Array.from({ length: BATCH }, (_, n) => {
      const content = `a message of the usual length, number ${Math.random()}`;
      return n % 10 === 0
        ? groupMessage(any(users.slice(0, GROUP_MEMBERS)), group, content)
        : directMessage(any(users), any(users), content);
    });
    await storeEvents(
      database,
      messages.map((message) => projectEvent('message', message)),
    );
    const at = new Date().toISOString();
    const changes = messages.slice(1, 6).map(({ message_id, conversation_id, sender_id, recipient_id }, n) => ({
      ...{ event_id: randomUUID(), message_id, conversation_id, actor_id: sender_id, at },
      ...(recipient_id !== undefined && { recipient_id }),
      ...(n < 2 ? { kind: 'edited' as const, content: 'edited' } : { kind: 'reacted' as const, emoji: '👍', on: true }),
    }));
    for (const change of changes) await storeEvents(database, [projectEvent(change.kind, change)]);
  }
  const heads = await database.query<{ user_id: string; last_seq: number }>({
    name: 'heads',
    text: 'select user_id, last_seq from chat.inbox_heads',
  });
  const cursors = heads
    .filter(({ user_id }) => users.indexOf(user_id) % 10 !== 9)
    .map(({ user_id, last_seq }) => ({ user_id, device_id: 'phone', received_seq: last_seq }));
  const fresh = cursors.filter((_, n) => n % 100 === 0).map((cursor) => ({ ...cursor, device_id: `new-${day}` }));
  await saveCursors(database, [...cursors, ...fresh], SETTINGS.maxDevices);
  await run(
    database,
    `insert into chat.dead_messages (source_topic, source_partition, source_offset, redrive_count, key, value, headers, error_code, error,
       failed_at) select 'messages', 0, ${day} * 100 + n, 0, '', '', '{}', 'x', 'x', now() from generate_series(1, 50) n`,
  );
}

/** What a pod would do until the day after. */
async function removeAll(database: Database, now: Date): Promise<void> {
  const context = contextOn(database);
  const settings = { ...context.settings, retention };
  await run(database, `update chat.cleanups set due_at = '${now.toISOString()}'`);
  while ((await removeExpired({ ...context, settings }, now)) !== undefined) {
    await run(database, `update chat.cleanups set due_at = '${now.toISOString()}' where walked_to <> ''`);
  }
  let next: CursorKey | undefined;
  do {
    ({ next } = await sweepCursors(database, next, 1_000, Number(values['device-days'])));
  } while (next !== undefined);
}

/** Rows and kibibytes of each table, its indexes and partitions included. */
async function sizes(database: Database): Promise<Record<string, string>> {
  const sized: Record<string, string> = {};
  for (const table of TABLES) {
    const [row] = await database.query<{ rows: number; kib: number }>({
      name: 'size',
      text: `select (select count(*) from chat.${table}) as rows,
        (pg_total_relation_size('chat.${table}') + coalesce(
          (select sum(pg_total_relation_size(i.inhrelid)) from pg_inherits i where i.inhparent = 'chat.${table}'::regclass), 0))::bigint / 1024 as kib`,
    });
    sized[table] = `${row?.rows} rows, ${row?.kib} KiB`;
  }
  return sized;
}

async function run(database: Database, text: string): Promise<void> {
  await database.query({ name: 'arrange', text });
}
