import type { Queryable, Statement } from '@chat-app/database';
import type { ChangedMessage } from '../../storing/sql/read-changed-messages';

const FIND_CHANGED_MESSAGE: Statement = {
  name: 'find_changed_message',
  text: `
select m.sender_id, m.sent_at, m.edited_at, m.deleted_at, o.role = 'owner' as is_owner, false as is_known
from chat.messages m
join chat.members o on o.conversation_id = m.conversation_id and o.user_id = $3
where m.id = $1 and m.conversation_id = $2`,
};

/** A message that a user would like to change. */
export interface FoundMessage extends ChangedMessage {
  sender_id: string;
  sent_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
}

/** The message as a member of its conversation finds it; undefined where it is not there, or the user is no member. */
export async function findChangedMessage(
  on: Queryable,
  change: { message_id: string; conversation_id: string; actor_id: string },
): Promise<FoundMessage | undefined> {
  const [found] = await on.query<FoundMessage>(FIND_CHANGED_MESSAGE, [
    change.message_id,
    change.conversation_id,
    change.actor_id,
  ]);
  return found;
}
