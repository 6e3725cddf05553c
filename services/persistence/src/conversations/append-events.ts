import { newId, type ChangeSettingsRequest } from '@chat-app/protocol';
import type { Database, Queryable } from '@chat-app/database';
import type { Context } from '../context';
import { announceEvents, type Stored } from '../storing/announce-stored';
import { projectEvent } from '../storing/project-event';
import { storeEventsWithin } from '../storing/store-events';

/** The event that a change of a conversation is, without what every event has. */
export type Change =
  | { kind: 'joined' | 'left' | 'uninvited'; user_id: string }
  | { kind: 'invited'; user_id: string; title: string; role: string }
  | { kind: 'read'; user_id: string; message_id: string }
  | ({ kind: 'settings'; user_id: string } & ChangeSettingsRequest)
  | { kind: 'blocked'; user_id: string; blocked_user_id: string; blocked: boolean }
  | { kind: 'conversation'; title?: string; roles?: Record<string, string>; data?: Record<string, unknown> };

/**
 * Puts changes on the road that messages take: an entry of each inbox concerned, in the transaction that makes them. Of the
 * conversation that is changed, unless they are of another.
 */
export type Append = (changes: readonly Change[], conversationId?: string) => Promise<void>;

/**
 * Changes a conversation and tells everyone concerned: whatever `work` appended is stored with what it changed, or not at
 * all, and announced after the commit. A notice that is lost is found by reconciliation: the entry stays.
 */
export async function changeAndTell(
  { database, fanout, metrics }: Pick<Context, 'database' | 'fanout' | 'metrics'>,
  conversationId: string,
  actorId: string,
  work: (transaction: Queryable, append: Append) => Promise<void>,
): Promise<void> {
  const stored = await inTransaction(database, conversationId, actorId, work);
  const lost = await announceEvents(fanout, stored);
  if (lost > 0) metrics.lostNotices.inc({}, lost);
}

function inTransaction(
  database: Database,
  conversationId: string,
  actorId: string,
  work: (transaction: Queryable, append: Append) => Promise<void>,
): Promise<readonly Stored[]> {
  return database.transaction(async (transaction) => {
    const stored: Stored[] = [];
    await work(transaction, async (changes, changedId = conversationId) => {
      const at = new Date().toISOString();
      const events = changes.map((change) => {
        const fields = { event_id: newId(), conversation_id: changedId, actor_id: actorId, at };
        return projectEvent(change.kind, { ...change, ...fields });
      });
      const outcomes = await storeEventsWithin(transaction, events);
      events.forEach((event, index) => {
        const outcome = outcomes[index];
        if (outcome?.outcome !== 'stored') throw new Error(`a change of a conversation is ${outcome?.outcome}`);
        stored.push({ ...event, outcome });
      });
    });
    return stored;
  });
}
