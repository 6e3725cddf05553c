import type { EventKindName, EventRecord } from '@chat-app/protocol';
import type { Database, Queryable } from '@chat-app/database';
import { projectionOf } from './projections';
import { insertEvents, type StoreOutcome } from './sql/store-events';

export type { StoreOutcome } from './sql/store-events';

/** An event to be stored: a kind and its record. */
export interface StorableEvent {
  kind: EventKindName;
  value: EventRecord;
}

/**
 * Stores a batch in one transaction: all of it, or nothing where it throws. Answers in the order of the batch.
 * @throws PlatformError database_unavailable, database_refused (then at least one event of the batch is to blame)
 */
export async function storeEvents(
  database: Database,
  events: readonly StorableEvent[],
): Promise<readonly StoreOutcome[]> {
  // One statement is a transaction: only effects beyond it need one of their own.
  if (events.every(({ kind }) => projectionOf(kind).apply === undefined)) return insertEvents(database, toRows(events));
  return database.transaction((transaction) => storeEventsWithin(transaction, events));
}

/** The same within a transaction that does more. */
export async function storeEventsWithin(
  transaction: Queryable,
  events: readonly StorableEvent[],
): Promise<readonly StoreOutcome[]> {
  const outcomes = await insertEvents(transaction, toRows(events));
  const stored = events.filter((_, index) => outcomes[index]?.outcome === 'stored');
  for (const kind of new Set(stored.map((event) => event.kind))) {
    const values = stored.filter((event) => event.kind === kind).map(({ value }) => value);
    await projectionOf(kind).apply?.(transaction, values);
  }
  return outcomes;
}

function toRows(events: readonly StorableEvent[]) {
  return events.map(({ kind, value }) => projectionOf(kind).toRow(value));
}
