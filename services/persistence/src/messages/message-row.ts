import type { ChatMessage, StoredMessage } from '@chat-app/protocol';

/** Columns of `messages` as they are read. */
export interface MessageRow {
  id: string;
  conversation_id: string;
  sender_id: string;
  recipient_id: string | null;
  content: string;
  data: Record<string, unknown> | null;
  /** Fields of the message that this version does not know. */
  extra: Record<string, unknown> | null;
  sent_at: Date;
}

export interface StoredMessageRow extends MessageRow {
  stored_at: Date;
}

/** A row as the message it is. */
export function toChatMessage(row: MessageRow): ChatMessage {
  return {
    ...row.extra,
    message_id: row.id,
    conversation_id: row.conversation_id,
    sender_id: row.sender_id,
    ...(row.recipient_id !== null && { recipient_id: row.recipient_id }),
    content: row.content,
    ...(row.data !== null && { data: row.data }),
    sent_at: row.sent_at.toISOString(),
  };
}

export function toStoredMessage(row: StoredMessageRow): StoredMessage {
  return { ...toChatMessage(row), stored_at: row.stored_at.toISOString() };
}
