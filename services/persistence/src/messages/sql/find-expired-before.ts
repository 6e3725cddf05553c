import type { Queryable, Statement } from '@chat-app/database';

/** See migration 018. */
const FIND_EXPIRED_BEFORE: Statement = {
  name: 'find_expired_before',
  text: `
select expired.before from (
  select max(p.closed_at) as before from chat.message_partitions p where p.dropped_at is not null
) expired
join chat.conversations c on c.id = $1 and c.created_at < expired.before`,
};

/** Messages of this conversation that were stored before this are gone; undefined where none are. */
export async function findExpiredBefore(on: Queryable, conversationId: string): Promise<Date | undefined> {
  const [row] = await on.query<{ before: Date }>(FIND_EXPIRED_BEFORE, [conversationId]);
  return row?.before;
}
