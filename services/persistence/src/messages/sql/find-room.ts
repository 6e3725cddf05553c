import { LIMITS } from '@chat-app/protocol';
import type { Queryable, Statement } from '@chat-app/database';

const FIND_ROOM: Statement = {
  name: 'find_room',
  text: `
select count(distinct emoji) filter (where emoji <> $3)::integer as others, coalesce(bool_or(emoji = $3), false) as is_there,
  count(*) filter (where user_id = $2 and emoji <> $3)::integer as own
from chat.reactions where message_id = $1`,
};

/** Whether a user may react to a message with this emoji too. The store judges again. */
export async function hasRoom(on: Queryable, messageId: string, userId: string, emoji: string): Promise<boolean> {
  const [row] = await on.query<{ others: number; is_there: boolean; own: number }>(FIND_ROOM, [
    messageId,
    userId,
    emoji,
  ]);
  if (row === undefined || row.own >= LIMITS.reactionsPerUser) return false;
  return row.is_there || row.others < LIMITS.reactionsPerMessage;
}
