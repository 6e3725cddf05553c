import type { Queryable, Statement } from '@chat-app/database';

/** See migration 018. */
const FIND_PARTITIONING: Statement = {
  name: 'find_partitioning',
  text: `
select c.relkind = 'p' as is_partitioned,
  (select k.convalidated from pg_constraint k where k.conrelid = c.oid and k.conname = 'messages_bound') as is_bound_proved,
  (select max(p.to_number) from chat.message_partitions p) < chat.number_from($1::date) as needs_this,
  (select max(p.to_number) from chat.message_partitions p) < chat.number_from($2::date) as needs_next,
  (
    select p.name from chat.message_partitions p
    where p.dropped_at is null and p.closed_at < $3::timestamptz order by p.from_number limit 1
  ) as expired
from pg_class c where c.oid = 'chat.messages'::regclass`,
};
const BOUND_MESSAGES: Statement = {
  name: 'bound_messages',
  text: 'select chat.bound_messages($1::date) as is_done',
};
/** Reads the whole table, and holds nobody up. */
export const PROVE_MESSAGE_BOUND: Statement = {
  name: 'prove_message_bound',
  text: 'alter table chat.messages validate constraint messages_bound',
};
/** Of the whole. */
export const ANALYZE_MESSAGES: Statement = { name: 'analyze_messages', text: 'analyze chat.messages' };
const PARTITION_MESSAGES: Statement = {
  name: 'partition_messages',
  text: 'select chat.partition_messages() as is_done',
};
const ADD_PARTITION: Statement = {
  name: 'add_message_partition',
  text: 'select chat.add_message_partition($1::date) as is_done',
};
const OPEN_PARTITION: Statement = {
  name: 'open_message_partition',
  text: 'select chat.open_message_partition($1::date, $2::timestamptz)',
};
/** As many rows as the statistics say, about. */
const DROP_PARTITION: Statement = {
  name: 'drop_message_partition',
  text: `
select greatest(c.reltuples, 0)::bigint as removed, chat.drop_message_partition($1) as is_done
from pg_class c where c.oid = ('chat.' || quote_ident($1))::regclass`,
};
/** How far `messages` is in partitions. Days are written `2026-05-01`. */
export interface Partitioning {
  is_partitioned: boolean;
  /** Of a table that is not yet: whether every number in it is known to be below the bound; null: there is none. */
  is_bound_proved: boolean | null;
  /** The last partition ends before the first of two days, before the second. */
  needs_this: boolean | null;
  needs_next: boolean | null;
  /** The oldest partition, where nothing of it was stored since a time. */
  expired: string | null;
}

interface Step {
  is_done: boolean;
}

/** @param ends days at which the partition of now and the next are to end @param before no message of an expired partition was stored later; null: none is expired */
export async function findPartitioning(
  on: Queryable,
  ends: readonly [string, string],
  before: Date | null,
): Promise<Partitioning> {
  const [row] = await on.query<Partitioning>(FIND_PARTITIONING, [...ends, before]);
  if (row === undefined) throw new Error('find_partitioning answers one row');
  return row;
}

/** Says that no number of the table reaches those of this day; to be proved. False where the table is in use. */
export async function boundMessages(on: Queryable, day: string): Promise<boolean> {
  return isDone(await on.query<Step>(BOUND_MESSAGES, [day]));
}

/** Makes the table, whose bound is proved, the first of its partitions. False where the table is in use. */
export async function makePartitioned(on: Queryable): Promise<boolean> {
  return isDone(await on.query<Step>(PARTITION_MESSAGES));
}

/** Adds the next partition, up to this day. False where the table is in use. */
export async function addPartition(on: Queryable, day: string): Promise<boolean> {
  return isDone(await on.query<Step>(ADD_PARTITION, [day]));
}

/** What is stored from now on is in the partition of this day. */
export async function openPartition(on: Queryable, day: string, now: Date): Promise<void> {
  await on.query(OPEN_PARTITION, [day, now]);
}

/** Removes a partition. Answers about how many messages went with it; undefined where the table is in use. */
export async function dropPartition(on: Queryable, name: string): Promise<number | undefined> {
  const [row] = await on.query<Step & { removed: number }>(DROP_PARTITION, [name]);
  return row?.is_done === true ? row.removed : undefined;
}

function isDone([row]: readonly Step[]): boolean {
  return row?.is_done === true;
}
