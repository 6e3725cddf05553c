import type { Queryable, Statement } from '@chat-app/database';

const FIND_LAST_DEAD_MESSAGE: Statement = {
  name: 'find_last_dead_message',
  text: `
select coalesce(max(id), 0) as id from chat.dead_messages`,
};

/** Id of the newest dead message; 0 where there is none. */
export async function findLastDeadMessage(on: Queryable): Promise<number> {
  const [row] = await on.query<{ id: number }>(FIND_LAST_DEAD_MESSAGE);
  return row?.id ?? 0;
}
