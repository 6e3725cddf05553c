/**
 * Removes rows that nobody needs any more: inbox entries that every device confirmed, or that are too old; events that no
 * inbox holds any more; dead messages. What a device had not confirmed it is told as `skipped` when it comes back. Messages
 * stay.
 */
import type { Queryable } from '@chat-app/database';
import type { Context } from '../context';
import type { RetentionSettings } from './retention-settings';
import { claimCleanup, saveCleanup, type Cleanup } from './sql/claim-cleanup';
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
/** Longer than the log keeps records (7 days): one that is read again is known by its event. */
const EVENT_KEPT_MS = 8 * 86_400_000;
const FIRST_USER = '00000000-0000-0000-0000-000000000000';

/** What one batch did: `walked_to` empty where the round is over. */
interface Batch {
  removed: number;
  walked_to: string;
  cleared_before?: Date | null;
}

type Work = (on: Queryable, cleanup: Cleanup, settings: RetentionSettings, now: Date) => Promise<Batch>;

const WORK = {
  inbox: async (on, { walked_to, cutoff }, { entryMs, confirmedEntryMs }, now) => {
    if (entryMs === undefined && confirmedEntryMs === undefined) return NOTHING;
    const after = walked_to === '' ? FIRST_USER : walked_to;
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
    const before = Math.min(cleared_before.getTime() - EVENT_MARGIN_MS, now.getTime() - EVENT_KEPT_MS);
    const removed = await removeEvents(on, new Date(before), ROWS);
    return { removed, walked_to: removed < ROWS ? '' : 'more' };
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
 * One batch of one task that is due. Answers how many rows it removed; undefined where there was nothing to do for this pod.
 * @throws PlatformError database_unavailable, database_refused
 */
export function removeExpired(context: Context, now = new Date(Date.now())): Promise<number | undefined> {
  const { database, metrics, settings } = context;
  return database.transaction(async (transaction) => {
    const cleanup = await claimCleanup(transaction, TASKS, now);
    if (cleanup === undefined) return undefined;
    // All inboxes of a round are held against one time, so that it can be said what all are rid of.
    if (cleanup.walked_to === '') cleanup.cutoff = cutoffOf(settings.retention, now);
    const work: Work = WORK[cleanup.task];
    const { removed, walked_to, cleared_before = null } = await work(transaction, cleanup, settings.retention, now);
    const interval = walked_to === '' ? ROUND_INTERVAL_MS : BATCH_INTERVAL_MS;
    await saveCleanup(transaction, { ...cleanup, walked_to, cleared_before }, new Date(now.getTime() + interval));
    metrics.removed.inc({ table: cleanup.task }, removed);
    return removed;
  });
}

function cutoffOf({ entryMs }: RetentionSettings, now: Date): Date | null {
  return entryMs === undefined ? null : ago(now, entryMs);
}

function ago(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}
