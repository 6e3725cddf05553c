import type { Statement } from '@chat-app/platform';
import { DESCRIBE_CONVERSATIONS } from './describe-conversations';

/** Conversations of user $1 with activity before $2 (null: the newest), newest first. */
export const LIST_CONVERSATIONS: Statement = {
  name: 'list_conversations',
  text: `
with page as (
  select c.id, c.kind, c.title, c.created_at, m.role, m.read_number, last.number as last_number,
    coalesce(last.number, c.number) as activity
  from chat.members m
  join chat.conversations c on c.id = m.conversation_id
  left join lateral (
    select x.number from chat.messages x where x.conversation_id = c.id order by x.number desc limit 1
  ) last on true
  where m.user_id = $1 and coalesce(last.number, c.number) < coalesce($2::bigint, 9223372036854775807)
  order by activity desc limit $3
)
${DESCRIBE_CONVERSATIONS}`,
};
