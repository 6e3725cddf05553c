import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { PersistenceMetrics } from '../metrics';
import { announceStored } from './announce-stored';
import type { BadRecord, Incoming } from './decode-batch';
import { storeEvents, type StoreOutcome } from './store-events';
import { startMessageSpan } from './trace-batch';

const REASONS = {
  not_a_member: 'the sender is not a member of the conversation',
  unknown_conversation: 'there is no such group',
  unknown_message: 'there is no such message in the conversation',
  forbidden: 'this user may not change this message',
  blocked: 'one of the two users blocks the other',
} as const;

export interface StorePartDependencies {
  database: Database;
  fanout: Fanout;
  metrics: PersistenceMetrics;
}

/** What came of storing a part of a batch. */
export interface StoredPart {
  /** What cannot be stored, for a reason of its own. */
  bad: BadRecord[];
  /** Events stored for the first time, and their inbox entries. */
  stored: number;
  entries: number;
}

/**
 * One store call and the notices about it.
 * @throws PlatformError database_unavailable, database_refused: then nothing of the part is stored
 */
export async function storePart(
  { database, fanout, metrics }: StorePartDependencies,
  part: readonly Incoming[],
): Promise<StoredPart> {
  const spans = part.map(({ record }) => startMessageSpan(record));
  const began = performance.now();
  try {
    const outcomes = await storeEvents(database, part);
    metrics.storeSeconds.observe((performance.now() - began) / 1_000);
    const counts = countOutcomes(metrics, part, outcomes);
    const placed = part.flatMap(({ kind, value, row }, index) => {
      const outcome = outcomes[index];
      return outcome === undefined ? [] : [{ kind, value, row, outcome }];
    });
    const lost = await announceStored(fanout, placed);
    if (lost > 0) metrics.lostNotices.inc({}, lost);
    return { bad: part.flatMap(({ record }, index) => refused(record, outcomes[index])), ...counts };
  } catch (thrown) {
    for (const span of spans) span?.fail(thrown);
    throw thrown;
  } finally {
    for (const span of spans) span?.end();
  }
}

function refused(record: Incoming['record'], { outcome }: Partial<StoreOutcome> = {}): BadRecord[] {
  if (outcome === undefined || outcome === 'stored' || outcome === 'duplicate') return [];
  // The message that an event is about may itself be tried again: it comes before it then.
  return [{ record, code: outcome, reason: REASONS[outcome], retryable: outcome === 'unknown_message' }];
}

function countOutcomes(
  metrics: PersistenceMetrics,
  part: readonly Incoming[],
  outcomes: readonly StoreOutcome[],
): { stored: number; entries: number } {
  const now = Date.now();
  let stored = 0;
  let entries = 0;
  outcomes.forEach(({ outcome, seqs }, index) => {
    if (outcome !== 'stored') return;
    stored += 1;
    entries += seqs.length;
    const event = part[index];
    if (event === undefined) return;
    metrics.delaySeconds.observe(Math.max(0, now - Date.parse(event.row.at)) / 1_000);
  });
  const duplicates = outcomes.filter(({ outcome }) => outcome === 'duplicate').length;
  if (stored > 0) metrics.messages.inc({ outcome: 'stored' }, stored);
  if (duplicates > 0) metrics.messages.inc({ outcome: 'duplicate' }, duplicates);
  if (entries > 0) metrics.entries.inc({}, entries);
  return { stored, entries };
}
