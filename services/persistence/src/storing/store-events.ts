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
  const refusals = await judge(transaction, events);
  const good = events.filter((event) => !refusals.has(event));
  const stored = await insertEvents(transaction, toRows(good));
  const outcomes = new Map(good.map((event, index) => [event, stored[index]]));
  await apply(
    transaction,
    good.filter((event) => outcomes.get(event)?.outcome === 'stored'),
  );
  return events.flatMap((event) => outcomes.get(event) ?? refusals.get(event) ?? []);
}

/** Those that may not be, by what is stored. */
async function judge(
  transaction: Queryable,
  events: readonly StorableEvent[],
): Promise<ReadonlyMap<StorableEvent, StoreOutcome>> {
  const refusals = new Map<StorableEvent, StoreOutcome>();
  for (const [kind, judged] of byKind(events)) {
    const answers = await projectionOf(kind).judge?.(
      transaction,
      judged.map(({ value }) => value),
    );
    answers?.forEach((outcome, index) => {
      const event = judged[index];
      if (outcome !== undefined && event !== undefined) refusals.set(event, { outcome, user_ids: [], seqs: [] });
    });
  }
  return refusals;
}

async function apply(transaction: Queryable, stored: readonly StorableEvent[]): Promise<void> {
  for (const [kind, applied] of byKind(stored)) {
    await projectionOf(kind).apply?.(
      transaction,
      applied.map(({ value }) => value),
    );
  }
}

function byKind(events: readonly StorableEvent[]): ReadonlyMap<EventKindName, StorableEvent[]> {
  const kinds = new Map<EventKindName, StorableEvent[]>();
  for (const event of events) {
    const others = kinds.get(event.kind);
    if (others === undefined) kinds.set(event.kind, [event]);
    else others.push(event);
  }
  return kinds;
}

function toRows(events: readonly StorableEvent[]) {
  return events.map(({ kind, value }) => projectionOf(kind).toRow(value));
}
