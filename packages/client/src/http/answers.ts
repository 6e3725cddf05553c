/** What this client relies on in answers; other fields may come and go. */
import type {
  ConversationResponse,
  ConversationSettings,
  InvitationsResponse,
  ReceiptCountsResponse,
  ReceiptMark,
  Role,
  SessionResponse,
  SessionsResponse,
  StoredMessage,
  UserResponse,
  UserSettings,
} from '@chat-app/protocol';
import { count, flag, has, isObject, list, object, optional, text, type Fields } from '../parsing/checks';

/** Whether an answer is what it should be. */
export type Answer<T> = (value: unknown) => value is T;

export interface Conversations {
  conversations: ConversationResponse[];
  next?: string | undefined;
}
export interface History {
  messages: StoredMessage[];
  /** Whether there are further ones in the direction asked for. */
  more: boolean;
  /** How new it is: `changed_after` of a question for what changed since. Absent from servers of before. */
  version?: number | undefined;
  /** Messages that were stored before this time are gone; nothing else is before these. */
  expired_before?: string | undefined;
}
export interface Members {
  members: {
    user_id: string;
    role: Role;
    joined_at: string;
    /** How far the member received and read, where that is told. */
    received?: ReceiptMark | undefined;
    read?: ReceiptMark | undefined;
  }[];
  /** Who was invited and has not answered. */
  invited?: { user_id: string; role: Role; invited_by: string; invited_at: string }[] | undefined;
}

export interface Directory {
  users: { user_id: string; username: string }[];
}
export interface Blocks {
  blocks: { user_id: string; blocked_at: string }[];
}

function answer<T>(fields: Fields): Answer<T> {
  return (value): value is T => isObject(value) && has(value, fields);
}

const CONVERSATION: Fields = {
  conversation_id: text,
  kind: text,
  title: optional(text),
  recipient_id: optional(text),
  role: text,
  unread_count: count,
};
export const MESSAGE: Fields = {
  message_id: text,
  conversation_id: text,
  sender_id: text,
  content: text,
  sent_at: text,
};

/** How far a member came, where that is told. */
export const MARK = optional(object({ message_id: text, number: count }));

export const isSession = answer<SessionResponse>({
  user_id: text,
  token: text,
  expires_in: Number.isFinite,
  refresh_token: text,
  attempt_id: optional(text),
});
export const isUser = answer<UserResponse>({ user_id: text, username: text });
export const isConversation = answer<ConversationResponse>({
  ...CONVERSATION,
  last_message: optional(object(MESSAGE)),
});
export const isUserSettings = answer<UserSettings>({ last_seen: text });
export const isSettings = answer<ConversationSettings>({ receipts: text });
export const isConversations = answer<Conversations>({
  conversations: list(object({ ...CONVERSATION, last_message: optional(object(MESSAGE)) })),
  next: optional(text),
});
export const isHistory = answer<History>({
  messages: list(object(MESSAGE)),
  more: flag,
  version: optional(count),
  expired_before: optional(text),
});
export const isMembers = answer<Members>({
  members: list(object({ user_id: text, role: text, joined_at: text, received: MARK, read: MARK })),
  invited: optional(list(object({ user_id: text, role: text, invited_by: text }))),
});
export const isReceiptCounts = answer<ReceiptCountsResponse>({ received: optional(count), read: optional(count) });
export const isInvitations = answer<InvitationsResponse>({
  invitations: list(object({ conversation_id: text, title: text, role: text, invited_by: text, invited_at: text })),
});
export const isDirectory = answer<Directory>({ users: list(object({ user_id: text, username: text })) });
export const isSessions = answer<SessionsResponse>({
  sessions: list(object({ session_id: text, current: flag, created_at: text, last_used_at: text })),
});
export const isBlocks = answer<Blocks>({ blocks: list(object({ user_id: text, blocked_at: text })) });
