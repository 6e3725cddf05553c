import type { ErrorCode } from '../error-codes';
import type { ChatMessage } from '../records/chat-message';

/** `welcome`: the first frame of a connection. */
export interface WelcomeFrame {
  type: 'welcome';
  user_id: string;
  /** Name it on the next connection (`?device_id=`) to resume where this device stopped. */
  device_id: string;
  /**
   * Where the connection's inbox begins: the first entry sent is `seq + 1`; entries come ascending and without holes.
   * Absent (with `degraded`) where the inbox is away: once it is back the entries begin with the number that the first
   * of them bears, and no second `welcome` comes. A client that knows its own position sees from it what it missed.
   */
  seq?: number;
  /** How many older unconfirmed entries are not sent because the device was too far behind; read them from history. */
  skipped?: number;
  /** A ping comes this often; silence of twice that means the connection is dead. */
  ping_interval_ms: number;
  limits: { frame_bytes: number; content_bytes: number; unacknowledged_sends: number };
  /** True when live delivery or the inbox is away for now: messages may come late, none is lost. */
  degraded?: boolean;
}

/**
 * `message`: a message of one of the user's conversations. With `seq` it is the entry of that number in the user's
 * inbox; without, its number follows in `stored`. The same message_id may come again: show it once.
 */
export interface MessageFrame extends ChatMessage {
  type: 'message';
  seq?: number;
}

/** `conversation`: the user's place in a group changed. An inbox entry like a message. */
export interface ConversationFrame {
  type: 'conversation';
  seq: number;
  conversation_id: string;
  change: 'joined' | 'left';
}

/** `accepted`: the message is durable in the log. It will be stored and delivered. */
export interface AcceptedFrame {
  type: 'accepted';
  id?: string;
  message_id: string;
  conversation_id: string;
  sent_at: string;
}

/** `rejected`: the send failed. When retryable the outcome may be unknown: send it again with the same id. */
export interface RejectedFrame {
  type: 'rejected';
  id?: string;
  code: ErrorCode;
  message: string;
  retryable: boolean;
  retry_after_ms?: number;
}

/** `stored`: these messages, sent or accepted before, are entries `from`, `from + 1`, … of the user's inbox. */
export interface StoredFrame {
  type: 'stored';
  from: number;
  message_ids: string[];
}

/** `token_expiring`: send `authenticate` within this time, or the connection is closed with 4001. */
export interface TokenExpiringFrame {
  type: 'token_expiring';
  after_ms: number;
}

/** `reconnect`: the pod is going away; connect again after this delay (it differs per client). */
export interface ReconnectFrame {
  type: 'reconnect';
  after_ms: number;
}

/** `error`: a frame that was not a `send` could not be obeyed. The connection stays as it is. */
export interface ErrorFrame {
  type: 'error';
  code: ErrorCode;
  message: string;
}

/** `authenticated`: the newer token is in force until then. */
export interface AuthenticatedFrame {
  type: 'authenticated';
  expires_in_ms: number;
}

/** Everything a server may say. A client ignores frames of a type it does not know. */
export type ServerFrame =
  | WelcomeFrame
  | MessageFrame
  | ConversationFrame
  | AcceptedFrame
  | RejectedFrame
  | StoredFrame
  | TokenExpiringFrame
  | ReconnectFrame
  | AuthenticatedFrame
  | ErrorFrame;

/** Encodes a frame. Encode once per frame, not once per socket. */
export function encodeServerFrame(frame: ServerFrame): string {
  return JSON.stringify(frame);
}
