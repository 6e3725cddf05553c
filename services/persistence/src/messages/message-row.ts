import type { ChatMessage, MessageChanges, StoredMessage } from '@chat-app/protocol';

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
  edited_at: Date | null;
  deleted_at: Date | null;
  deleted_by: string | null;
}

/** The columns of a MessageRow, of `messages` as `alias`. */
export function messageColumns(alias: string): string {
  return `${alias}.id, ${alias}.conversation_id, ${alias}.sender_id, ${alias}.recipient_id, ${alias}.content, ${alias}.data,
  ${alias}.extra, ${alias}.sent_at, ${alias}.edited_at, ${alias}.deleted_at, ${alias}.deleted_by`;
}

export interface StoredMessageRow extends MessageRow {
  stored_at: Date;
}

/** A row as the message it is. */
export function toChatMessage(row: MessageRow): ChatMessage & MessageChanges {
  return {
    ...row.extra,
    message_id: row.id,
    conversation_id: row.conversation_id,
    sender_id: row.sender_id,
    ...(row.recipient_id !== null && { recipient_id: row.recipient_id }),
    content: row.content,
    ...(row.data !== null && { data: row.data }),
    sent_at: row.sent_at.toISOString(),
    ...changesOf(row),
  };
}

/** What became of a message since it was sent. */
export function changesOf({
  edited_at,
  deleted_at,
  deleted_by,
}: Pick<MessageRow, 'edited_at' | 'deleted_at' | 'deleted_by'>): MessageChanges {
  return {
    ...(edited_at !== null && { edited_at: edited_at.toISOString() }),
    ...(deleted_at !== null && { deleted_at: deleted_at.toISOString() }),
    ...(deleted_by !== null && { deleted_by }),
  };
}

export function toStoredMessage(row: StoredMessageRow): StoredMessage {
  return { ...toChatMessage(row), stored_at: row.stored_at.toISOString() };
}
