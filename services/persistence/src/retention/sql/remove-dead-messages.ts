import type { Queryable, Statement } from '@chat-app/database';

const REMOVE_DEAD_MESSAGES: Statement = {
  name: 'remove_dead_messages',
  text: `
with removed as (
  delete from chat.dead_messages where id in (
    select id from chat.dead_messages
    where redriven_at < $1::timestamptz or (redriven_at is null and archived_at < $2::timestamptz)
    order by id limit $3::integer)
  returning 1
)
select count(*)::integer as removed from removed`,
};

/**
 * Removes so many dead messages that were moved back, or archived and never moved back, before these times; null: none of
 * that kind. Answers how many.
 */
export async function removeDeadMessages(
  on: Queryable,
  before: { redriven: Date | null; archived: Date | null },
  limit: number,
): Promise<number> {
  const [row] = await on.query<{ removed: number }>(REMOVE_DEAD_MESSAGES, [before.redriven, before.archived, limit]);
  return row?.removed ?? 0;
}
