import { LIMITS, type Reactions } from '@chat-app/protocol';
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
  /** Null: never changed. */
  version: number | null;
  reactions: Reactions | null;
}

/**
 * The columns of a MessageRow, of `messages` as `alias`. `caller` is the parameter with the user who is answered: they are the
 * first who is named of a reaction of theirs.
 */
export function messageColumns(alias: string, caller?: string): string {
  return `${reactionsColumn(alias, caller)} as reactions, ${alias}.version,
  ${alias}.id, ${alias}.conversation_id, ${alias}.sender_id, ${alias}.recipient_id, ${alias}.content, ${alias}.data,
  ${alias}.extra, ${alias}.sent_at, ${alias}.edited_at, ${alias}.deleted_at, ${alias}.deleted_by`;
}

/** What a message was reacted to with, by emoji as first used; a message that was never changed is not looked at. */
export function reactionsColumn(alias: string, caller?: string): string {
  const callerFirst = caller === undefined ? '' : `x.user_id = ${caller} desc, `;
  return `case when ${alias}.version is not null then (
    select json_object_agg(r.emoji, json_build_object('count', r.count, 'user_ids', r.user_ids) order by r.at, r.emoji)
    from (
      select x.emoji, min(x.at) as at, count(*) as count,
        (array_agg(x.user_id order by ${callerFirst}x.at, x.user_id))[1:${LIMITS.reactionUsers}] as user_ids
      from chat.reactions x where x.message_id = ${alias}.id group by x.emoji
    ) r
  ) end`;
}

export interface StoredMessageRow extends MessageRow {
  stored_at: Date;
  number: number;
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
  version,
  reactions,
}: Pick<MessageRow, keyof MessageChanges>): MessageChanges {
  return {
    ...(edited_at !== null && { edited_at: edited_at.toISOString() }),
    ...(deleted_at !== null && { deleted_at: deleted_at.toISOString() }),
    ...(deleted_by !== null && { deleted_by }),
    ...(version !== null && { version }),
    ...(reactions !== null && { reactions }),
  };
}

export function toStoredMessage(row: StoredMessageRow): StoredMessage {
  return { ...toChatMessage(row), stored_at: row.stored_at.toISOString(), number: row.number };
}
