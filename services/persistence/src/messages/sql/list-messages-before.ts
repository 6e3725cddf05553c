import type { Statement } from '@chat-app/database';

/** The messages before number $2 (null: the newest), newest first. */
export const LIST_MESSAGES_BEFORE: Statement = {
  name: 'list_messages_before',
  text: `
select id, conversation_id, sender_id, recipient_id, content, data, extra, sent_at, stored_at
from chat.messages
where conversation_id = $1 and number < coalesce($2::bigint, 9223372036854775807)
order by number desc limit $3`,
};
