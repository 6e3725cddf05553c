import type { Statement } from '@chat-app/database';
import { CONVERSATIONS_OF_MEMBERS, DESCRIBE_CONVERSATIONS } from './describe-conversations';

/** Conversations of user $1 with activity before $2 (null: the newest), newest first. */
export const LIST_CONVERSATIONS: Statement = {
  name: 'list_conversations',
  text: `
with page as (
  ${CONVERSATIONS_OF_MEMBERS}
  where m.user_id = $1 and coalesce(last.number, c.number) < coalesce($2::bigint, 9223372036854775807)
  order by activity desc limit $3
)
${DESCRIBE_CONVERSATIONS}`,
};
