/**
 * Keeps `messages` in partitions, one a month or week, where a retention is set: makes the table into the first of them, adds the next
 * ahead of time, moves the numbers to the one of the day, and drops the oldest once it is old enough and no inbox has an entry of
 * it. A step at a time, each of which holds the table for an instant or not at all. See decision 18.
 */
import { BEFORE_ALL_IDS, type Database, type Queryable } from '@chat-app/database';
import type { RetentionSettings } from './retention-settings';
import {
  addPartition,
  ANALYZE_MESSAGES,
  boundMessages,
  dropPartition,
  findPartitioning,
  makePartitioned,
  openPartition,
  PROVE_MESSAGE_BOUND,
} from './sql/message-partitions';
import { removeReactions } from './sql/remove-reactions';

/** Messages whose reactions are looked at in one step after a partition went. */
const MESSAGES = 200;
const DAY_MS = 86_400_000;
/** Where they are kept for less, messages are removed by the week and not by the month. */
const BY_MONTH_MS = 60 * DAY_MS;
/** `walked_to` between two steps. */
const MORE = 'more';
const REACTIONS = 'reactions ';

/** What a step did: `walked_to` empty where nothing is left to do. */
export interface PartitionStep {
  removed: number;
  walked_to: string;
  /** What takes long, after the step's transaction; nobody else works on it meanwhile. */
  afterwards?: (database: Database, signal: AbortSignal) => Promise<void>;
}

/** Somebody is at the table: later. */
const LATER: PartitionStep = { removed: 0, walked_to: '' };
const NEXT: PartitionStep = { removed: 0, walked_to: MORE };

/**
 * One step. @param expiredBefore partitions that nothing was stored in since may go; null: none
 * @param walkedTo of the step before
 */
export async function partitionMessages(
  on: Queryable,
  { messageMs }: RetentionSettings,
  { walkedTo, expiredBefore, now }: { walkedTo: string; expiredBefore: Date | null; now: Date },
): Promise<PartitionStep> {
  if (walkedTo.startsWith(REACTIONS)) return removeOrphans(on, walkedTo.slice(REACTIONS.length));
  if (messageMs === undefined) return LATER;
  const today = dayOf(now.getTime());
  const ends = endsOf(now, messageMs);
  const found = await findPartitioning(on, ends, expiredBefore);
  if (!found.is_partitioned) {
    if (found.is_bound_proved === null) return (await boundMessages(on, today)) ? NEXT : LATER;
    if (!found.is_bound_proved) return { ...NEXT, afterwards: proveBound };
    return (await makePartitioned(on)) ? { ...NEXT, afterwards: gatherStatistics } : LATER;
  }
  if (found.needs_this === true) return (await addPartition(on, ends[0])) ? NEXT : LATER;
  await openPartition(on, today, now);
  if (found.needs_next === true) return (await addPartition(on, ends[1])) ? NEXT : LATER;
  if (found.expired === null) return LATER;
  const removed = await dropPartition(on, found.expired);
  return removed === undefined ? LATER : { removed, walked_to: `${REACTIONS}${BEFORE_ALL_IDS}` };
}

/** What is left of messages that went with their partition. */
async function removeOrphans(on: Queryable, after: string): Promise<PartitionStep> {
  const next = await removeReactions(on, after, MESSAGES);
  return { removed: 0, walked_to: next === undefined ? MORE : `${REACTIONS}${next}` };
}

function proveBound(database: Database, signal: AbortSignal): Promise<void> {
  return database.maintain(PROVE_MESSAGE_BOUND, signal);
}

/** Autovacuum looks at each partition, and at the whole never. Before there is an empty one, which would be taken for small. */
function gatherStatistics(database: Database, signal: AbortSignal): Promise<void> {
  return database.maintain(ANALYZE_MESSAGES, signal);
}

/** The days, in UTC, at which the partition of this day and the next end: the first of a month, or a Monday. */
function endsOf(now: Date, messageMs: number): readonly [string, string] {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  if (messageMs >= BY_MONTH_MS) return [dayOf(Date.UTC(year, month + 1, 1)), dayOf(Date.UTC(year, month + 2, 1))];
  const monday = Date.UTC(year, month, day - ((now.getUTCDay() + 6) % 7));
  return [dayOf(monday + 7 * DAY_MS), dayOf(monday + 14 * DAY_MS)];
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
