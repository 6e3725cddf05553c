import type { ErrorCode, MemberReceipt, StoredMessage } from '@chat-app/protocol';
import type { EntryEvents } from './entries';
import type { JsonObject } from './entries/message';
import type { ChatError } from './errors';
import type { Session } from './http/authentication';
import type { PresenceNotice } from './signals/presence';
import type { TypingNotice } from './signals/typing';
import type { OutboxEntry } from './state/outbox';

export type { EntryEvents, UnknownEntry } from './entries';
export type { UserBlocked } from './entries/blocked';
export type { ConversationChange } from './entries/conversation';
export type { MessageDeleted } from './entries/deleted';
export type { MessageEdited } from './entries/edited';
export type { InvitationChange } from './entries/invited';
export type { JsonObject, ReceivedMessage } from './entries/message';
export type { ConversationRead } from './entries/read';
export type { ConversationSettingsChange } from './entries/settings';

export type { PresenceNotice, PresenceState } from './signals/presence';
export type { TypingNotice } from './signals/typing';

/**
 * State of the connection.
 * `connecting` (token fetched where needed, socket opened, welcome awaited) → `online` → `waiting` (for the next try) →
 * `connecting` …; or to one of three ends: `signed_out` (log in again), `refused` (the server closed the connection with a
 * code that forbids coming back), `closed` (close() was called).
 */
export type ConnectionState = 'connecting' | 'online' | 'waiting' | 'signed_out' | 'refused' | 'closed';

export interface ConnectionStatus {
  state: ConnectionState;
  /** Close code of the connection that ended, where one did. */
  code?: number;
  /** Why, for a log or a developer. */
  reason?: string;
  /** With `waiting`: time until the next try. */
  retry_in_ms?: number;
  /** With `online`: messages may come late for now, none is lost. */
  degraded?: boolean;
  /** With `online`: what the server can do. */
  features?: readonly string[];
}

/**
 * State of a message of one's own: `sending` (kept and sent until answered) → `accepted` (durable, will be delivered) →
 * `stored` (in the history and in the inboxes); or `sending` → `failed` (refused for good).
 */
export type MessageState = 'sending' | 'accepted' | 'stored' | 'failed';

export interface MessageStateChange {
  /** The client's id, as send() returned it. */
  id: string;
  message_id: string;
  conversation_id: string;
  state: MessageState;
  /** With `accepted`: when the server accepted it. */
  sent_at?: string;
  /** With `failed`: why. */
  code?: ErrorCode;
  reason?: string;
}

/** State of an edit, deletion or reaction of one's own, as that of a message. */
export interface ChangeStateChange extends Omit<MessageStateChange, 'sent_at'> {
  /** Of the edit, deletion or reaction itself. */
  event_id: string;
  /** The message that it is about. */
  message_id: string;
  change: 'edit' | 'delete' | 'react';
  /** Of a reaction. */
  emoji?: string;
  on?: boolean;
  /** Of an edit, until it is accepted: what the message is to be. */
  content?: string;
  data?: JsonObject;
  /** With `accepted`: when the server accepted it. */
  at?: string;
}

/** Entries that came before, from whomever, and are in the history and in the inbox now, in this order. */
export interface StoredMessages {
  /** Ids of events; of a message its message_id. */
  message_ids: readonly string[];
}

/**
 * Entries of the inbox that will not come as events; load the history of the conversations in view.
 * `skipped`: this device was too far behind. `gap`: entries between what this client saw and where the server goes on.
 * `restored`: the server's database was restored from an earlier copy; what was known of it may be gone or be otherwise.
 */
export interface Missed {
  reason: 'skipped' | 'gap' | 'restored';
  /** How many; with `restored` nobody can tell. */
  count?: number;
}

/** Members of a conversation received or read more of it. Of each member the greatest number counts. */
export interface ReceiptsChange {
  conversation_id: string;
  users: readonly MemberReceipt[];
}

/**
 * A message was edited, deleted or reacted to: what it is now. Of one message the highest version counts. Where `previous` is
 * higher than the version of the conversation that is known, something was missed: `conversations.history` with `changed_after`.
 */
export interface MessageChanged {
  conversation_id: string;
  previous: number;
  version: number;
  message: StoredMessage;
  /** The commands that it comes of. */
  changes?: readonly { event_id: string; actor_id: string }[] | undefined;
}

/** Everything a client reports. */
export interface ChatEvents<Data extends JsonObject = JsonObject> extends EntryEvents<Data> {
  connection: ConnectionStatus;
  message_state: MessageStateChange;
  change_state: ChangeStateChange;
  changed: MessageChanged;
  stored: StoredMessages;
  /** Somebody else types in a conversation, or stopped: forget it six seconds after they last said so. */
  typing: TypingNotice;
  /** Messages, edits and deletions that another client left were taken over: they wait like those sent from here. */
  adopted: readonly OutboxEntry[];
  receipts: ReceiptsChange;
  /** How it is with watched users: first all, then those that changed. With each end of the connection it is forgotten. */
  presence: PresenceNotice;
  missed: Missed;
  /** The tokens changed: keep them, whole, the refresh token before is used up. */
  session: Session;
  /** Something went wrong that stops nothing: an `error` frame, storage that fails, a listener that threw. */
  fault: ChatError | Error;
}
