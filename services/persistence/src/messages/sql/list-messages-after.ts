import type { Statement } from '@chat-app/database';

/** The messages after number $2, oldest first. */
export const LIST_MESSAGES_AFTER: Statement = {
  name: 'list_messages_after',
  text: `
select id, conversation_id, sender_id, recipient_id, content, data, extra, sent_at, stored_at
from chat.messages
where conversation_id = $1 and number > $2::bigint
order by number asc limit $3`,
};
