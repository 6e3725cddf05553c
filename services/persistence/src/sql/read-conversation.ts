import type { Statement } from '@chat-app/platform';
import { DESCRIBE_CONVERSATIONS } from './describe-conversations';

/** One conversation as its member $1 sees it; no row where not a member. */
export const READ_CONVERSATION: Statement = {
  name: 'read_conversation',
  text: `
with page as (
  select c.id, c.kind, c.title, c.created_at, m.role, m.read_number, last.number as last_number,
    coalesce(last.number, c.number) as activity
  from chat.members m
  join chat.conversations c on c.id = m.conversation_id
  left join lateral (
    select x.number from chat.messages x where x.conversation_id = c.id order by x.number desc limit 1
  ) last on true
  where m.user_id = $1 and m.conversation_id = $2
)
${DESCRIBE_CONVERSATIONS}`,
};
