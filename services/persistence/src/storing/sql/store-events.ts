import type { Queryable, Statement } from '@chat-app/database';
import type { ChangedFrame } from '@chat-app/protocol';
import type { EventRow } from '../projections/projection';

/** See migrations 005 and 011. */
const STORE_EVENTS: Statement = {
  name: 'store_events',
  text: `
select ordinal, outcome, user_ids, seqs
from chat.store_events($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::jsonb[],
  $9::jsonb[], $10::timestamptz[])`,
};

/** What became of one event of a batch. */
export interface StoreOutcome {
  /** `duplicate`: it was there already. Those that follow were not stored. */
  outcome:
    'stored' | 'duplicate' | 'not_a_member' | 'unknown_conversation' | 'unknown_message' | 'forbidden' | 'blocked';
  /** Its entries: `user_ids[i]` has it as number `seqs[i]` of their inbox. May be empty for a duplicate. */
  user_ids: readonly string[];
  seqs: readonly number[];
  /** What is to be told of the message that it changed, as the last of its transaction. */
  changed?: ChangedFrame;
}

/**
 * Stores rows in one call: all of them, or nothing where it throws. Answers in their order.
 * @throws PlatformError database_unavailable, database_refused
 */
export async function insertEvents(on: Queryable, rows: readonly EventRow[]): Promise<readonly StoreOutcome[]> {
  return on.query<StoreOutcome & { ordinal: number }>(STORE_EVENTS, [
    rows.map((row) => row.eventId),
    rows.map((row) => row.kind),
    rows.map((row) => row.conversationId),
    rows.map((row) => row.actorId),
    rows.map((row) => row.recipientId ?? null),
    rows.map((row) => row.userId ?? null),
    rows.map((row) => row.content ?? null),
    rows.map((row) => (row.data === undefined ? null : JSON.stringify(row.data))),
    rows.map((row) => (row.body === undefined ? null : JSON.stringify(row.body))),
    rows.map((row) => row.at),
  ]);
}
