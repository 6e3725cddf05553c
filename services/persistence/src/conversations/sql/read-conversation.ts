import type { Statement } from '@chat-app/database';
import { CONVERSATIONS_OF_MEMBERS, DESCRIBE_CONVERSATIONS } from './describe-conversations';

/** One conversation as its member $1 sees it; no row where not a member. */
export const READ_CONVERSATION: Statement = {
  name: 'read_conversation',
  text: `
with page as (
  ${CONVERSATIONS_OF_MEMBERS}
  where m.user_id = $1 and m.conversation_id = $2
)
${DESCRIBE_CONVERSATIONS}`,
};
