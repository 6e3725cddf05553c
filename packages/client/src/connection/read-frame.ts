import type {
  AcceptedFrame,
  AuthenticatedFrame,
  ErrorFrame,
  ReceiptsFrame,
  PresenceFrame,
  ReconnectFrame,
  RejectedFrame,
  TokenExpiringFrame,
  TypingFrame,
  WelcomeFrame as Welcome,
} from '@chat-app/protocol';
import { isLiveEntry } from '../entries';
import type { EntryFrame } from '../entries/entry-kind';
import type { MessageChanged } from '../events';
import { MARK, MESSAGE } from '../http/answers';
import { count, flag, has, list, object, optional, parseObject, text, type Fields } from '../parsing/checks';

/** `welcome`, with what servers of the version before do not say. */
export type WelcomeFrame = Welcome & { epoch?: string; features?: string[] };

/** `stored`: these entries came before, and have the numbers `from`, `from + 1` … */
export interface StoredFrame {
  type: 'stored';
  from: number;
  event_ids: string[];
}

/** Frames that are about the connection, an own send or a state. */
export type ControlFrame =
  | WelcomeFrame
  | AcceptedFrame
  | RejectedFrame
  | StoredFrame
  | ReceiptsFrame
  | TokenExpiringFrame
  | ReconnectFrame
  | AuthenticatedFrame
  | ErrorFrame
  | TypingFrame
  | (MessageChanged & { type: 'changed' })
  | PresenceFrame
  | { type: 'ping' };

/** What a server said. */
export type Incoming = ControlFrame | { type: 'entry'; entry: EntryFrame };

/** What a client relies on in each frame. */
const CONTROL: Record<ControlFrame['type'], Fields> = {
  welcome: {
    user_id: text,
    device_id: text,
    seq: optional(count),
    skipped: optional(count),
    ping_interval_ms: count,
    limits: object({ content_bytes: count, unacknowledged_sends: count }),
    degraded: optional(flag),
    epoch: optional(text),
    features: optional(list(text)),
  },
  accepted: { id: optional(text), message_id: text, conversation_id: text, sent_at: text },
  rejected: { id: optional(text), code: text, message: text, retryable: flag, retry_after_ms: optional(count) },
  stored: { from: count },
  receipts: { conversation_id: text, users: list(object({ user_id: text, received: MARK, read: MARK })) },
  changed: {
    conversation_id: text,
    previous: count,
    version: count,
    message: object(MESSAGE),
    changes: optional(list(object({ event_id: text, actor_id: text }))),
  },
  token_expiring: { after_ms: count },
  reconnect: { after_ms: count },
  authenticated: { expires_in_ms: count },
  error: { code: text, message: text },
  typing: { conversation_id: text, user_id: text, active: flag },
  presence: { users: list(object({ user_id: text, state: text, last_seen_at: optional(text) })) },
  ping: {},
};

/**
 * Reads a frame of a server. A frame with an integer `seq` is an entry whatever its type, and so is a live copy of one.
 * Undefined for what this version does not know or cannot read: a client ignores it. Never throws.
 */
export function readFrame(data: unknown): Incoming | undefined {
  const frame = parseObject(data);
  const type = frame?.['type'];
  if (frame === undefined || typeof type !== 'string') return undefined;
  if (Object.hasOwn(CONTROL, type)) return readControl(frame, type as ControlFrame['type']);
  const entry = frame as unknown as EntryFrame;
  const numbered = Number.isSafeInteger(entry.seq) && (entry.seq ?? 0) > 0;
  const live = entry.seq === undefined && isLiveEntry(entry);
  return numbered || live ? { type: 'entry', entry } : undefined;
}

function readControl(frame: Record<string, unknown>, type: ControlFrame['type']): ControlFrame | undefined {
  if (!has(frame, CONTROL[type])) return undefined;
  if (type !== 'stored') return frame as unknown as ControlFrame;
  // The older name of the field is the one on the wire; either will do.
  const ids = frame['event_ids'] ?? frame['message_ids'];
  return list(text)(ids) ? { type, from: frame['from'] as number, event_ids: ids as string[] } : undefined;
}
