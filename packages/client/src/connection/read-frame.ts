import type { ServerFrame } from '@chat-app/protocol';

type Check = (value: unknown) => boolean;
type Fields = Record<string, Check>;

const text: Check = (value) => typeof value === 'string';
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const flag: Check = (value) => typeof value === 'boolean';
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** What a client relies on in each frame; other fields may come and go. */
const FRAMES: Record<ServerFrame['type'], Fields> = {
  welcome: {
    user_id: text,
    device_id: text,
    seq: optional(count),
    skipped: optional(count),
    ping_interval_ms: count,
    limits: (value) => typeof value === 'object' && value !== null,
    degraded: optional(flag),
  },
  message: {
    message_id: text,
    conversation_id: text,
    sender_id: text,
    content: text,
    sent_at: text,
    seq: optional(count),
  },
  joined: { seq: optional(count), conversation_id: text, user_id: text },
  left: { seq: optional(count), conversation_id: text, user_id: text },
  ping: {},
  conversation: { seq: count, conversation_id: text, change: (value) => value === 'joined' || value === 'left' },
  accepted: { id: optional(text), message_id: text, conversation_id: text, sent_at: text },
  rejected: { id: optional(text), code: text, message: text, retryable: flag, retry_after_ms: optional(count) },
  stored: { from: count, message_ids: texts },
  token_expiring: { after_ms: count },
  reconnect: { after_ms: count },
  authenticated: { expires_in_ms: count },
  error: { code: text, message: text },
};

/**
 * Reads a frame of a server. Undefined for what this version does not know or cannot read: a client ignores it.
 * Never throws.
 */
export function readFrame(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const frame = json as Record<string, unknown>;
  const type = frame['type'];
  if (typeof type !== 'string' || !Object.hasOwn(FRAMES, type)) return undefined;
  const fields = FRAMES[type as ServerFrame['type']];
  const sound = Object.entries(fields).every(([name, check]) => check(frame[name]));
  return sound ? (json as ServerFrame) : undefined;
}
