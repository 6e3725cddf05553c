/**
 * How many direct messages a second persistence stores, by `store_events` and by `store_messages`, the call of the version
 * before, one after the other in each round: on a real PostgreSQL, batches of 500, both inboxes, and afterwards every inbox
 * checked for gaps.
 *
 *   DATABASE_URL=postgres://… node --require ./test/testing/run-typescript.cjs services/persistence/bench/store-events.ts [options]
 *     --messages 60000  --users 20000  --partners 10  --writers 1  --batch 500  --rounds 3  --history 0  --partitions 0
 *     --versions store_events,store_messages
 *
 * `--history` messages are there before, not measured; with `--partitions` in so many partitions of `messages`, one of which is the
 * table of before and one of which takes what is measured.
 *
 * Each user talks to the next `partners` users, so that most conversations exist after a while. It works in a database of
 * its own, which it drops. Prints one line of JSON for each run and one with the medians; `database_us_per_message` is CPU time of PostgreSQL's processes, where
 * they run on this machine.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Database } from '@chat-app/database';
import { directConversationId, type ChatMessage } from '@chat-app/protocol';
import { projectEvent } from '../src/storing/project-event';
import { storeEvents } from '../src/storing/store-events';
import { withOwnDatabase } from './own-database';

const TICKS_PER_SECOND = 100;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '60000' },
    users: { type: 'string', default: '20000' },
    partners: { type: 'string', default: '10' },
    writers: { type: 'string', default: '1' },
    batch: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
    history: { type: 'string', default: '0' },
    partitions: { type: 'string', default: '0' },
    versions: { type: 'string', default: 'store_events,store_messages' },
  },
});
const [count, users, partners, writers, batch] = [
  Number(values.messages),
  Number(values.users),
  Number(values.partners),
  Number(values.writers),
  Number(values.batch),
];

/** The versions, by the name of their statement. */
const VERSIONS: Record<string, (database: Database, messages: readonly ChatMessage[]) => Promise<unknown>> = {
  store_events: (database, messages) =>
    storeEvents(
      database,
      messages.map((value) => projectEvent('message', value)),
    ),
  store_messages: (database, messages) =>
    database.query(
      {
        name: 'store_messages',
        text: `select ordinal, outcome, user_ids, seqs
          from chat.store_messages($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[])`,
      },
      [
        messages.map((message) => message.message_id),
        messages.map((message) => message.conversation_id),
        messages.map((message) => message.sender_id),
        messages.map((message) => message.recipient_id ?? null),
        messages.map((message) => message.content),
        messages.map((message) => message.sent_at),
      ],
    ),
};

void main();

async function main(): Promise<void> {
  const rates = new Map<string, number[]>(values.versions.split(',').map((version) => [version, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Who is first in a round is second in the next: the machine warms up for both alike.
    const versions = [...rates.keys()];
    if (round % 2 === 1) versions.reverse();
    for (const version of versions) {
      const result = await withOwnDatabase(writers + 1, (database) => run(database, version));
      rates.get(version)?.push(result.messages_per_second);
      process.stdout.write(`${JSON.stringify({ round, version, ...result })}\n`);
    }
  }
  const medians = [...rates].map(([version, all]) => [version, all.sort((a, b) => a - b)[Math.floor(all.length / 2)]]);
  process.stdout.write(`${JSON.stringify({ median_messages_per_second: Object.fromEntries(medians) as object })}\n`);
}

async function run(database: Database, version: string) {
  const ids = Array.from({ length: users }, () => randomUUID());
  await storeHistory(database, ids);
  const batches = Array.from({ length: count / batch }, () => Array.from({ length: batch }, () => messageOf(ids)));
  const took: number[] = [];
  const databaseBefore = await databaseCpuSeconds(database);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      for (let next = batches.pop(); next !== undefined; next = batches.pop()) {
        const start = performance.now();
        await VERSIONS[version]?.(database, next);
        took.push(performance.now() - start);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  const cpu = (await databaseCpuSeconds(database)) - databaseBefore;
  took.sort((one, other) => one - other);
  return {
    ...{ messages: count, users, partners, writers, batch },
    messages_per_second: Math.round(count / seconds),
    database_us_per_message: Number.isNaN(cpu) ? undefined : Math.round((cpu * 1_000_000) / count),
    call_ms: { p50: Math.round(took.at(took.length / 2) ?? 0), p99: Math.round(took.at(took.length * 0.99) ?? 0) },
    ...(await bytesOfRows(database)),
    faulty_inboxes: await faultyInboxes(database),
  };
}

/** What is there before, in partitions where that is asked for. */
async function storeHistory(database: Database, ids: readonly string[]): Promise<void> {
  const parts = Math.max(1, Number(values.partitions));
  const each = Math.floor(Number(values.history) / parts / batch) * batch;
  for (let part = 0; part < parts; part += 1) {
    if (Number(values.partitions) > 0 && part > 0) await openPartition(database, part);
    for (let stored = 0; stored < each; stored += batch) {
      const messages = Array.from({ length: batch }, () => messageOf(ids));
      await VERSIONS['store_events']?.(database, messages);
    }
  }
  await database.query({ name: 'vacuum', text: 'vacuum analyze' });
}

/** The next partition: the first is the table as it was. */
async function openPartition(database: Database, part: number): Promise<void> {
  const day = (days: number): string => `(date '2030-01-01' + ${days})`;
  const run = (text: string) => database.query({ name: 'partition', text });
  if (part === 1) {
    await run(`select chat.bound_messages(${day(0)})`);
    await run('alter table chat.messages validate constraint messages_bound');
    await run('select chat.partition_messages()');
  }
  await run(`select chat.add_message_partition(${day(part * 30)})`);
  await run(`select chat.open_message_partition(${day((part - 1) * 30)}, now())`);
}

/** What a message and an entry of an inbox take on disk, each with its indexes. */
async function bytesOfRows(database: Database): Promise<Record<string, number>> {
  const text = `select
    (pg_total_relation_size('chat.messages') + coalesce(
      (select sum(pg_total_relation_size(i.inhrelid)) from pg_inherits i where i.inhparent = 'chat.messages'::regclass), 0))::float8
      / greatest((select count(*) from chat.messages), 1) as message,
    pg_total_relation_size('chat.inbox')::float8 / greatest((select count(*) from chat.inbox), 1) as entry`;
  const [row] = await database.query<{ message: number; entry: number }>({ name: 'bytes', text });
  return { bytes_per_message: Math.round(row?.message ?? 0), bytes_per_entry: Math.round(row?.entry ?? 0) };
}

function messageOf(ids: readonly string[]): ChatMessage {
  const at = Math.floor(Math.random() * users);
  const sender = ids[at] ?? '';
  const recipient = ids[(at + 1 + Math.floor(Math.random() * partners)) % users] ?? '';
  return {
    message_id: randomUUID(),
    conversation_id: directConversationId(sender, recipient),
    sender_id: sender,
    recipient_id: recipient,
    content: `a message of the usual length, number ${Math.random()}`,
    sent_at: new Date().toISOString(),
  };
}

/** Time that the server's processes for this database used so far. */
async function databaseCpuSeconds(database: Database): Promise<number> {
  const text = 'select array_agg(pid) as pids from pg_stat_activity where datname = current_database()';
  const [row] = await database.query<{ pids: number[] }>({ name: 'pids', text });
  try {
    return (row?.pids ?? [])
      .map((pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' '))
      .reduce((sum, fields) => sum + (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND, 0);
  } catch {
    return Number.NaN;
  }
}

/** Inboxes that are not numbered 1, 2, 3 … up to their head, and messages that are not in both inboxes. */
async function faultyInboxes(database: Database): Promise<number> {
  const text = `select count(*)::integer as count from chat.inbox_heads h left join lateral (
      select count(*) as n, count(distinct message_id) as ids, min(seq) as first, max(seq) as last
      from chat.inbox i where i.user_id = h.user_id) i on true
    where h.last_seq > 0 and (n <> last_seq or ids <> n or first <> 1 or last <> last_seq)`;
  const [row] = await database.query<{ count: number }>({ name: 'faulty_inboxes', text });
  return row?.count ?? -1;
}
