import type { Queryable, Statement } from '@chat-app/database';
import { CONVERSATIONS_OF_MEMBERS, DESCRIBE_CONVERSATIONS, type ConversationRow } from './describe-conversations';

const LIST_CONVERSATIONS: Statement = {
  name: 'list_conversations',
  text: `
with page as (
  ${CONVERSATIONS_OF_MEMBERS}
  where m.user_id = $1 and coalesce(last.number, c.number) < coalesce($2::bigint, 9223372036854775807)
  order by activity desc limit $3
)
${DESCRIBE_CONVERSATIONS}`,
};

/** Conversations of a user with activity before a mark (undefined: the newest), newest first, at most `limit`. */
export function listConversations(
  on: Queryable,
  userId: string,
  before: number | undefined,
  limit: number,
): Promise<ConversationRow[]> {
  return on.query<ConversationRow>(LIST_CONVERSATIONS, [userId, before ?? null, limit]);
}
