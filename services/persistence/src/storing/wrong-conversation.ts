import { directConversationId } from '@chat-app/protocol';
import type { Fault } from './projections/projection';

/** The fault of a record whose conversation is not that of the two users it names. */
export function wrongConversation(value: {
  conversation_id: string;
  actor_id?: string | undefined;
  recipient_id?: string | undefined;
}): Fault | undefined {
  if (value.recipient_id === undefined) return undefined;
  return value.conversation_id === directConversationId(value.actor_id ?? '', value.recipient_id)
    ? undefined
    : { code: 'wrong_conversation', reason: 'the conversation is not that of actor and recipient' };
}
