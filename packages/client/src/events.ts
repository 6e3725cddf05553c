import type { ChatMessage, ErrorCode, SessionResponse } from '@chat-app/protocol';
import type { ChatError } from './errors';

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
  /** Why, for a person. */
  reason?: string;
  /** With `waiting`: time until the next try. */
  retry_in_ms?: number;
  /** With `online`: messages may come late for now, none is lost. */
  degraded?: boolean;
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

/** A message of one of the user's conversations. */
export interface ReceivedMessage extends ChatMessage {
  /** Its number in the user's inbox, where it is known already. */
  seq?: number;
}

export interface ConversationChange {
  conversation_id: string;
  change: 'joined' | 'left';
  seq: number;
}

/** Messages that came before, from whomever, and are in the history and in the inbox now, in this order. */
export interface StoredMessages {
  message_ids: readonly string[];
}

/**
 * Entries of the inbox that will not come as events; load the history of the conversations in view.
 * `skipped`: this device was too far behind. `gap`: entries between what this client saw and where the server goes on.
 */
export interface Missed {
  reason: 'skipped' | 'gap';
  count: number;
}

/** Everything a client reports. */
export interface ChatEvents {
  connection: ConnectionStatus;
  /** A message of another user, or of this user's other devices: once per message_id. */
  message: ReceivedMessage;
  message_state: MessageStateChange;
  stored: StoredMessages;
  conversation: ConversationChange;
  missed: Missed;
  /** The tokens changed: keep them, the refresh token before is used up. */
  session: SessionResponse;
  /** Something went wrong that stops nothing: an `error` frame, storage that fails, a listener that threw. */
  fault: ChatError | Error;
}
