/**
 * Removes rows that nobody needs any more: inbox entries that every device confirmed, or that are too old; events that no
 * inbox holds any more; dead messages; messages, where a time is set for them. What a device had not confirmed it is told as
 * `skipped` when it comes back.
 */
import { BEFORE_ALL_IDS, type Queryable } from '@chat-app/database';
import type { Context } from '../context';
import { partitionMessages, type PartitionStep } from './partition-messages';
import type { RetentionSettings } from './retention-settings';
import { claimCleanup, continueCleanup, saveCleanup, type Cleanup } from './sql/claim-cleanup';
import { removeDeadMessages } from './sql/remove-dead-messages';
import { removeEntries } from './sql/remove-entries';
import { removeEvents } from './sql/remove-events';

/** Bounds of one batch: it holds its locks for some ten milliseconds. */
const INBOXES = 200;
const ENTRIES_PER_INBOX = 200;
const ROWS = 1_000;
/** A task with more to do is due again after this; so one batch a second, whatever the number of pods. */
const BATCH_INTERVAL_MS = 1_000;
/** After a whole round. */
const ROUND_INTERVAL_MS = 3_600_000;
/** Entries of an inbox are not quite in the order of their age. */
const EVENT_MARGIN_MS = 86_400_000;
/** Longer than the log keeps records (7 days): one that is read again is known by its event or message. */
const KEPT_MS = 8 * 86_400_000;
/** Nobody else begins what a pod does for long, unless it died. */
const LEASE_MS = 3_600_000;

/** What one batch did: `walked_to` empty where the round is over. */
interface Batch extends PartitionStep {
  cleared_before?: Date | null;
}

type Work = (on: Queryable, cleanup: Cleanup, settings: RetentionSettings, now: Date) => Promise<Batch>;

const WORK = {
  inbox: async (on, { walked_to, cutoff }, { entryMs, confirmedEntryMs }, now) => {
    if (entryMs === undefined && confirmedEntryMs === undefined) return NOTHING;
    const after = walked_to === '' ? BEFORE_ALL_IDS : walked_to;
    const { removed, walked, last, more } = await removeEntries(on, {
      after,
      inboxes: INBOXES,
      entries: ENTRIES_PER_INBOX,
      before: cutoff,
      confirmedBefore: confirmedEntryMs === undefined ? null : ago(now, confirmedEntryMs),
    });
    if (more) return { removed, walked_to: after };
    if (walked === INBOXES && last !== null) return { removed, walked_to: last };
    return { removed, walked_to: '', cleared_before: cutoff };
  },
  events: async (on, { cleared_before }, _, now) => {
    if (cleared_before === null) return NOTHING;
    const removed = await removeEvents(on, unneededBefore(cleared_before, now, KEPT_MS), ROWS);
    return { removed, walked_to: removed < ROWS ? '' : 'more' };
  },
  messages: (on, { walked_to, cleared_before }, settings, now) => {
    const keptMs = Math.max(settings.messageMs ?? 0, KEPT_MS);
    const expiredBefore = cleared_before && unneededBefore(cleared_before, now, keptMs);
    return partitionMessages(on, settings, { walkedTo: walked_to, expiredBefore, now });
  },
  dead_messages: async (on, _, { redrivenMessageMs, deadMessageMs }, now) => {
    const before = (ms: number | undefined): Date | null => (ms === undefined ? null : ago(now, ms));
    const times = { redriven: before(redrivenMessageMs), archived: before(deadMessageMs) };
    const removed = await removeDeadMessages(on, times, ROWS);
    return { removed, walked_to: removed < ROWS ? '' : 'more' };
  },
} satisfies Record<string, Work>;

type Task = keyof typeof WORK;
const TASKS = Object.keys(WORK) as Task[];
const NOTHING: Batch = { removed: 0, walked_to: '' };

/**
 * One batch of one task that is due. Answers how many rows it removed; undefined where there was nothing to do for this pod. The
 * signal ends what takes long.
 * @throws PlatformError database_unavailable, database_refused
 */
export async function removeExpired(
  { database, metrics, settings }: Context,
  now: Date,
  signal: AbortSignal = new AbortController().signal,
): Promise<number | undefined> {
  const done = await database.transaction((transaction) => workOn(transaction, settings.retention, now));
  if (done === undefined) return undefined;
  const { task, removed, afterwards } = done;
  metrics.removed.inc({ table: task }, removed);
  if (afterwards !== undefined) {
    await afterwards(database, signal);
    await continueCleanup(database, task, now);
  }
  return removed;
}

async function workOn(
  transaction: Queryable,
  settings: RetentionSettings,
  now: Date,
): Promise<(Batch & { task: Task }) | undefined> {
  const cleanup = await claimCleanup(transaction, TASKS, now);
  if (cleanup === undefined) return undefined;
  const { task } = cleanup;
  // All inboxes of a round are held against one time, so that it can be said what all are rid of.
  if (cleanup.walked_to === '') cleanup.cutoff = cutoffOf(settings, now);
  const work: Work = WORK[task];
  const batch = await work(transaction, cleanup, settings, now);
  const { walked_to, cleared_before = null, afterwards } = batch;
  const next = walked_to === '' ? ROUND_INTERVAL_MS : afterwards === undefined ? BATCH_INTERVAL_MS : LEASE_MS;
  await saveCleanup(transaction, { ...cleanup, walked_to, cleared_before }, new Date(now.getTime() + next));
  return { task, ...batch };
}

/** What was stored before this is old enough, and in no inbox. */
function unneededBefore(clearedBefore: Date, now: Date, keptMs: number): Date {
  return new Date(Math.min(clearedBefore.getTime() - EVENT_MARGIN_MS, now.getTime() - keptMs));
}

function cutoffOf({ entryMs }: RetentionSettings, now: Date): Date | null {
  return entryMs === undefined ? null : ago(now, entryMs);
}

function ago(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}
