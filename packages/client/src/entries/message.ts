import { count, has, isObject, list, optional, text } from '../parsing/checks';
import { withoutType, type EntryKind } from './entry-kind';

/** Whatever an application hangs on a message: a JSON object of at most 4 KiB. */
export type JsonObject = Record<string, unknown>;

/** A message of one of the user's conversations. */
export interface ReceivedMessage<Data extends JsonObject = JsonObject> {
  message_id: string;
  conversation_id: string;
  sender_id: string;
  /** In a direct conversation. */
  recipient_id?: string | undefined;
  content: string;
  data?: Data | undefined;
  /** The message that it answers. */
  reply_to?: string | undefined;
  /** Users that it mentions. */
  mentions?: string[] | undefined;
  /** When it was accepted: RFC 3339, UTC, milliseconds. */
  sent_at: string;
  /** When it was last edited. */
  edited_at?: string | undefined;
  /** When and by whom it was deleted: then content is empty. */
  deleted_at?: string | undefined;
  deleted_by?: string | undefined;
  /** What members reacted with, by emoji: how many, and the first 50 of them. */
  reactions?: Record<string, { count: number; user_ids: string[] }> | undefined;
  /** Grows with every edit, deletion and reaction; absent: there was none. */
  version?: number | undefined;
  /** Its number in the user's inbox, where it is known already. */
  seq?: number;
}

const FIELDS = {
  message_id: text,
  conversation_id: text,
  sender_id: text,
  recipient_id: optional(text),
  content: text,
  data: optional(isObject),
  reply_to: optional(text),
  mentions: optional(list(text)),
  sent_at: text,
  edited_at: optional(text),
  deleted_at: optional(text),
  deleted_by: optional(text),
  reactions: optional(isObject),
  version: optional(count),
  seq: optional(count),
};

/** A message of another user, or of this user's other devices. */
export const message: EntryKind<'message', ReceivedMessage> = {
  event: 'message',
  id: ({ message_id: id }) => String(id),
  read: (frame) => (has(frame, FIELDS) ? (withoutType(frame) as unknown as ReceivedMessage) : undefined),
};
