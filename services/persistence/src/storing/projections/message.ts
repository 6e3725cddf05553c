import { directConversationId, EVENT_KINDS, type ChatMessage } from '@chat-app/protocol';
import type { Projection } from './projection';

/** A message is a row of its own table, which history reads. */
export const message: Projection<ChatMessage> = {
  fromLog: true,
  fault(value) {
    if (value.recipient_id === undefined) return undefined;
    return value.conversation_id === directConversationId(value.sender_id, value.recipient_id)
      ? undefined
      : { code: 'wrong_conversation', reason: 'the conversation is not that of sender and recipient' };
  },
  toRow({ message_id, conversation_id, sender_id, recipient_id, content, data, sent_at, ...extra }) {
    return {
      eventId: message_id,
      kind: EVENT_KINDS.message.number,
      conversationId: conversation_id,
      actorId: sender_id,
      recipientId: recipient_id,
      userId: undefined,
      at: sent_at,
      content,
      data,
      body: Object.keys(extra).length > 0 ? extra : undefined,
    };
  },
};
