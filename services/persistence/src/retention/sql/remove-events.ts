import type { Queryable, Statement } from '@chat-app/database';

const REMOVE_EVENTS: Statement = {
  name: 'remove_events',
  text: `
with removed as (
  delete from chat.events where id in (
    select id from chat.events where stored_at < $1::timestamptz order by stored_at limit $2::integer)
  returning 1
)
select count(*)::integer as removed from removed`,
};

/** Removes so many events that were stored before this. The caller knows that no inbox has them. Answers how many. */
export async function removeEvents(on: Queryable, before: Date, limit: number): Promise<number> {
  const [row] = await on.query<{ removed: number }>(REMOVE_EVENTS, [before, limit]);
  return row?.removed ?? 0;
}
