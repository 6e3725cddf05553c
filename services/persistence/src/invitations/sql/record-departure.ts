import type { Queryable, Statement } from '@chat-app/database';

const RECORD_DEPARTURE: Statement = {
  name: 'record_departure',
  text: `
insert into chat.departures (conversation_id, user_id, for_good) values ($1, $2, $3)
on conflict (conversation_id, user_id) do update set for_good = excluded.for_good`,
};

/** The user left a group by themselves. */
export async function recordDeparture(
  on: Queryable,
  conversationId: string,
  userId: string,
  forGood: boolean,
): Promise<void> {
  await on.query(RECORD_DEPARTURE, [conversationId, userId, forGood]);
}
