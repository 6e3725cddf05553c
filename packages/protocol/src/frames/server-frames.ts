import { z } from 'zod';
import type { ErrorCode } from '../error-codes';
import { eventKind, isEventKind, type EventFrame } from '../events';
import type { Known } from '../known';
import { SIGNAL_FRAMES, type SignalFrame } from '../signals';
import { ChangedFrame } from './changed-frame';
import { ReceiptsFrame } from '../state/receipts';

const milliseconds = z.number().min(0);
/** A code of the table of errors, or one of a newer server. */
const code = z.string() as unknown as z.ZodType<ErrorCode>;

/** `welcome`: the first frame of a connection. */
export const WelcomeFrame = z.looseObject({
  type: z.literal('welcome'),
  user_id: z.string(),
  /** Name it on the next connection (`?device_id=`) to resume where this device stopped. */
  device_id: z.string(),
  /**
   * Where the connection's inbox begins: the first entry sent is `seq + 1`; entries come ascending and without holes.
   * Absent (with `degraded`) where the inbox is unavailable: once it is back the entries begin with the number that the
   * first of them bears, and no second `welcome` comes. A client that knows its own position sees from it what it missed.
   */
  seq: z.int().min(0).exactOptional(),
  /** How many older unconfirmed entries are not sent because the device was too far behind; read them from history. */
  skipped: z.int().min(0).exactOptional(),
  /** The numbering that positions belong to. Under another one a position known from before means nothing. */
  epoch: z.string().exactOptional(),
  /** What this server can do, sorted. */
  features: z.array(z.string()).exactOptional(),
  /** Something comes at least this often; silence of twice that means the connection is dead. */
  ping_interval_ms: milliseconds,
  limits: z.looseObject({ frame_bytes: z.int(), content_bytes: z.int(), unacknowledged_sends: z.int() }),
  /** True when live delivery or the inbox is unavailable for now: messages may come late, none is lost. */
  degraded: z.boolean().exactOptional(),
});
export type WelcomeFrame = Omit<Known<z.infer<typeof WelcomeFrame>>, 'limits'> & {
  limits: { frame_bytes: number; content_bytes: number; unacknowledged_sends: number };
};

/** `accepted`: the event is durable in the log. It will be stored and delivered. */
export const AcceptedFrame = z.looseObject({
  type: z.literal('accepted'),
  id: z.string().exactOptional(),
  message_id: z.string(),
  conversation_id: z.string(),
  sent_at: z.string(),
});
export type AcceptedFrame = Known<z.infer<typeof AcceptedFrame>>;

/** `rejected`: the send failed. When retryable the outcome may be unknown: send it again with the same id. */
export const RejectedFrame = z.looseObject({
  type: z.literal('rejected'),
  id: z.string().exactOptional(),
  code,
  message: z.string(),
  retryable: z.boolean(),
  retry_after_ms: milliseconds.exactOptional(),
});
export type RejectedFrame = Known<z.infer<typeof RejectedFrame>>;

/**
 * `stored`: these events, sent or accepted before, are entries `from`, `from + 1`, … of the user's inbox. The name of the
 * field is older than events: it holds the id of each, for a message its message_id.
 */
export const StoredFrame = z.looseObject({
  type: z.literal('stored'),
  from: z.int().min(1),
  message_ids: z.array(z.string()),
});
export type StoredFrame = Known<z.infer<typeof StoredFrame>>;

/** `token_expiring`: send `authenticate` within this time, or the connection is closed with 4001. */
export const TokenExpiringFrame = z.looseObject({ type: z.literal('token_expiring'), after_ms: milliseconds });
export type TokenExpiringFrame = Known<z.infer<typeof TokenExpiringFrame>>;

/** `reconnect`: the pod is going away; connect again after this delay (it differs per client). */
export const ReconnectFrame = z.looseObject({ type: z.literal('reconnect'), after_ms: milliseconds });
export type ReconnectFrame = Known<z.infer<typeof ReconnectFrame>>;

/** `error`: a frame that was not a command could not be processed. The connection stays as it is. */
export const ErrorFrame = z.looseObject({ type: z.literal('error'), code, message: z.string() });
export type ErrorFrame = Known<z.infer<typeof ErrorFrame>>;

/** `authenticated`: the newer token is in force until then. */
export const AuthenticatedFrame = z.looseObject({ type: z.literal('authenticated'), expires_in_ms: milliseconds });
export type AuthenticatedFrame = Known<z.infer<typeof AuthenticatedFrame>>;

/** `ping`: nothing else was sent for `ping_interval_ms`. It needs no answer: it shows that the link stands. */
export const PingFrame = z.looseObject({ type: z.literal('ping') });
export type PingFrame = Known<z.infer<typeof PingFrame>>;

/** Everything a server may say. A client ignores frames of a type it does not know. */
export type ServerFrame =
  | WelcomeFrame
  | EventFrame
  | AcceptedFrame
  | RejectedFrame
  | StoredFrame
  | ChangedFrame
  | TokenExpiringFrame
  | ReconnectFrame
  | AuthenticatedFrame
  | PingFrame
  | ReceiptsFrame
  | ErrorFrame
  | SignalFrame;

/** Frames that tell of no event. */
const SCHEMAS = {
  welcome: WelcomeFrame,
  accepted: AcceptedFrame,
  rejected: RejectedFrame,
  stored: StoredFrame,
  changed: ChangedFrame,
  token_expiring: TokenExpiringFrame,
  reconnect: ReconnectFrame,
  authenticated: AuthenticatedFrame,
  ping: PingFrame,
  receipts: ReceiptsFrame,
  error: ErrorFrame,
  ...SIGNAL_FRAMES,
} as const;

/** Whether this version knows a type of frame that tells of no event. */
export function isServerFrameType(type: string): boolean {
  return Object.hasOwn(SCHEMAS, type);
}

/** What came of reading a frame of a server. A frame with a `seq` is an entry, whether its type is known or not. */
export type DecodedServerFrame =
  | { ok: true; known: true; frame: ServerFrame }
  | { ok: true; known: false; type: string; seq: number | undefined }
  | { ok: false; reason: string };

/** Encodes a frame. Encode once per frame, not once per socket. */
export function encodeServerFrame(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

/** Reads a frame of a server; for tools and tests, a browser checks by hand. Never throws. Unknown fields stay. */
export function decodeServerFrame(text: string): DecodedServerFrame {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'the frame is not JSON' };
  }
  if (typeof json !== 'object' || json === null) return { ok: false, reason: 'the frame is not a JSON object' };
  const { type, seq } = json as Record<string, unknown>;
  if (typeof type !== 'string') return { ok: false, reason: 'type: must be a string' };
  const schema = schemaOf(type);
  if (schema === undefined) {
    return { ok: true, known: false, type, seq: Number.isSafeInteger(seq) ? (seq as number) : undefined };
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return { ok: false, reason: z.prettifyError(parsed.error) };
  return { ok: true, known: true, frame: parsed.data };
}

function schemaOf(type: string): z.ZodType<ServerFrame> | undefined {
  if (Object.hasOwn(SCHEMAS, type)) return SCHEMAS[type as keyof typeof SCHEMAS];
  return isEventKind(type) ? eventKind(type).frame : undefined;
}
