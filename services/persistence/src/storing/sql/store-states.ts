import type { Queryable, Statement } from '@chat-app/database';
import type { EventRow } from '../projections/projection';
import type { StoreOutcome } from './store-events';

/** An event happens once: of those with one id the first of the batch is stored, unless it was there before. */
const STORE_STATES: Statement = {
  name: 'store_states',
  text: `
with event as materialized (
  select b.*, row_number() over (partition by b.id order by b.ordinal) as repetition, exists (
    select from chat.members m where m.conversation_id = b.conversation_id and m.user_id = b.actor_id
  ) as is_member
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::jsonb[], $5::timestamptz[])
    with ordinality as b (id, conversation_id, actor_id, body, at, ordinal)
), stored as (
  insert into chat.events (id, conversation_id, kind, actor_id, body, at)
  select e.id, e.conversation_id, e.body ->> 'kind', e.actor_id, e.body, e.at
  from event e where e.is_member and e.repetition = 1
  on conflict (id) do nothing returning id
)
select case when not e.is_member then 'not_a_member' when s.id is not null and e.repetition = 1 then 'stored'
  else 'duplicate' end as outcome
from event e left join stored s on s.id = e.id order by e.ordinal`,
};

/** Stores events that are entries of no inbox, so that each happens once. Answers in their order. */
export async function insertStates(on: Queryable, rows: readonly EventRow[]): Promise<readonly StoreOutcome[]> {
  if (rows.length === 0) return [];
  const outcomes = await on.query<Pick<StoreOutcome, 'outcome'>>(STORE_STATES, [
    rows.map((row) => row.eventId),
    rows.map((row) => row.conversationId),
    rows.map((row) => row.actorId),
    rows.map((row) => JSON.stringify(row.body)),
    rows.map((row) => row.at),
  ]);
  return outcomes.map(({ outcome }) => ({ outcome, user_ids: [], seqs: [] }));
}
