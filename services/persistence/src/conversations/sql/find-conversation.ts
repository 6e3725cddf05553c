import type { Queryable, Statement } from '@chat-app/database';
import { CONVERSATIONS_OF_MEMBERS, DESCRIBE_CONVERSATIONS, type ConversationRow } from './describe-conversations';

const FIND_CONVERSATION: Statement = {
  name: 'find_conversation',
  text: `
with page as (
  ${CONVERSATIONS_OF_MEMBERS}
  where m.user_id = $1 and m.conversation_id = $2
)
${DESCRIBE_CONVERSATIONS}`,
};

/** One conversation as its member sees it; undefined where not a member. */
export async function findConversation(
  on: Queryable,
  userId: string,
  conversationId: string,
): Promise<ConversationRow | undefined> {
  const [row] = await on.query<ConversationRow>(FIND_CONVERSATION, [userId, conversationId]);
  return row;
}
