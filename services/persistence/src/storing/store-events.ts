import { groupBy } from '@chat-app/platform';
import type { Database, Queryable } from '@chat-app/database';
import { changeMessages } from './change-messages';
import type { MessageChange } from './judge-changes';
import type { StorableEvent } from './project-event';
import { projectionOf } from './projections';
import { lockConversations } from './sql/lock-conversations';
import { insertStates } from './sql/store-states';
import { insertEvents, type StoreOutcome } from './sql/store-events';

export type { StoreOutcome } from './sql/store-events';

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
  const about = events.filter(({ kind }) => projectionOf(kind).isAboutMessage);
  if (about.length > 0) {
    const ids = about.map(({ value }) => value.conversation_id);
    await lockConversations(transaction, ids);
  }
  const refusals = await judge(transaction, events);
  const outcomes = await insert(
    transaction,
    events.filter((event) => !refusals.has(event)),
  );
  const stored = events.filter((event) => outcomes.get(event)?.outcome === 'stored');
  await apply(transaction, stored);
  await change(transaction, stored, outcomes);
  return events.flatMap((event) => outcomes.get(event) ?? refusals.get(event) ?? []);
}

/** Entries, then states. */
async function insert(
  transaction: Queryable,
  good: readonly StorableEvent[],
): Promise<Map<StorableEvent, StoreOutcome>> {
  const isState = ({ kind }: StorableEvent): boolean => projectionOf(kind).isState === true;
  const states = good.filter(isState);
  const entries = good.filter((event) => !isState(event));
  const stored = entries.length > 0 ? await insertEvents(transaction, toRows(entries)) : [];
  const outcomes = [...stored, ...(await insertStates(transaction, toRows(states)))];
  return new Map(
    [...entries, ...states].flatMap((event, index) => {
      const outcome = outcomes[index];
      return outcome === undefined ? [] : [[event, outcome] as const];
    }),
  );
}

/** Gives the messages that these are about their next versions; what is to be told stands with the outcomes. */
async function change(
  transaction: Queryable,
  stored: readonly StorableEvent[],
  outcomes: Map<StorableEvent, StoreOutcome>,
): Promise<void> {
  const changes = stored.flatMap((event) =>
    projectionOf(event.kind).isAboutMessage ? [{ ...(event.value as MessageChange), event }] : [],
  );
  for (const [{ event }, changed] of await changeMessages(transaction, changes)) {
    const outcome = outcomes.get(event);
    if (outcome !== undefined) outcomes.set(event, { ...outcome, changed });
  }
}

/** Those that may not be, by what is stored. */
async function judge(
  transaction: Queryable,
  events: readonly StorableEvent[],
): Promise<ReadonlyMap<StorableEvent, StoreOutcome>> {
  const refusals = new Map<StorableEvent, StoreOutcome>();
  for (const [kind, judged] of groupBy(events, (event) => event.kind)) {
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
  for (const [kind, applied] of groupBy(stored, (event) => event.kind)) {
    await projectionOf(kind).apply?.(
      transaction,
      applied.map(({ value }) => value),
    );
  }
}

function toRows(events: readonly StorableEvent[]) {
  return events.map(({ row }) => row);
}
