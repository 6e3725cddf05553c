/**
 * What travels over the fan-out. An envelope is one line of JSON, for `event` and `state` followed by a line break and the
 * encoded frame, so that a pod reads the small first line and forwards the rest to its sockets as the bytes they are.
 */
import { z } from 'zod';
import type { ChangedFrame } from '../frames/changed-frame';
import { encodeServerFrame } from '../frames/server-frames';
import type { Known } from '../known';
import type { ReceiptsFrame } from '../state/receipts';
import { PresenceEnvelope } from '../signals/presence';
import { TypingEnvelope } from '../signals/typing';

/** A live event: its frame, without a number, follows the first line. */
export const EventEnvelope = z.looseObject({
  kind: z.literal('event'),
  event_kind: z.string(),
  event_id: z.string(),
  conversation_id: z.string(),
  actor_id: z.string(),
  /** Connection that asked for it and is answered `accepted`: it is not sent the frame. Absent where none did. */
  origin: z.string().optional(),
  /** When it was accepted, milliseconds since the epoch: for the metric of the time until it is delivered. */
  accepted_at_ms: z.number().optional(),
  /** W3C trace context of the command. */
  traceparent: z.string().optional(),
});
export type EventEnvelope = Known<z.infer<typeof EventEnvelope>>;

/**
 * Events that were stored, and where they stand in whose inbox. `positions[user][i]` is the number of `event_ids[i]` in
 * that user's inbox; 0 where it is not in it (or no longer known).
 */
export const StoredEventsEnvelope = z.looseObject({
  kind: z.literal('stored'),
  event_ids: z.array(z.string()),
  positions: z.record(z.string(), z.array(z.int().min(0))),
});
export type StoredEventsEnvelope = Known<z.infer<typeof StoredEventsEnvelope>>;

/**
 * What a conversation is now, beside its entries (`changed`, `receipts`): its frame follows the first line. Nothing repeats it;
 * whoever missed it asks. A pod passes on every state, whatever its frame; one that does not know this envelope passes it over.
 */
export const StateEnvelope = z.looseObject({
  kind: z.literal('state'),
  /** The `type` of the frame. */
  state_kind: z.string(),
  conversation_id: z.string(),
  /** Whose doing it is: on a user's own channel it is kept from whoever blocks them or is blocked by them. */
  actor_id: z.string().optional(),
  /** Users who hear the channel and are not told. */
  not_for: z.array(z.string()).optional(),
});
export type StateEnvelope = Known<z.infer<typeof StateEnvelope>>;

/**
 * Sessions of the user were ended (log-out, password change, reuse of a refresh token): close their sockets. Without
 * `session_ids` all of them.
 */
export const SignedOutEnvelope = z.looseObject({
  kind: z.literal('signed_out'),
  user_id: z.string(),
  session_ids: z.array(z.string()).optional(),
});
export type SignedOutEnvelope = Known<z.infer<typeof SignedOutEnvelope>>;

/**
 * On the channel of a user: whom they may write to has changed. Says no more, and nothing of it reaches a client: a pod asks
 * persistence.
 */
export const BlocksChangedEnvelope = z.looseObject({ kind: z.literal('blocks_changed'), user_id: z.string() });
export type BlocksChangedEnvelope = Known<z.infer<typeof BlocksChangedEnvelope>>;

export type ChannelEnvelope =
  | EventEnvelope
  | StoredEventsEnvelope
  | StateEnvelope
  | SignedOutEnvelope
  | TypingEnvelope
  | PresenceEnvelope
  | BlocksChangedEnvelope;

/** An envelope as read. */
export type ReadEnvelope =
  /** `frame` is the encoded frame of an `event` or `state`, a view into the payload without a copy. */
  | { ok: true; envelope: ChannelEnvelope; frame: Uint8Array | undefined }
  /** `unknown_kind`: a newer pod says what this version does not know. */
  | { ok: false; reason: 'unreadable' | 'unknown_kind' };

const LINE_FEED = 0x0a;
const decoder = new TextDecoder();

/** Encodes an envelope; `frame` is the encoded frame of an `event` or `state`. */
export function writeEnvelope(envelope: ChannelEnvelope, frame?: string): string {
  const head = JSON.stringify(envelope);
  return frame === undefined ? head : `${head}\n${frame}`;
}

/** Encodes a state, for all who are concerned. */
export function writeState(
  frame: ChangedFrame | ReceiptsFrame,
  whom: Pick<StateEnvelope, 'actor_id' | 'not_for'> = {},
): string {
  const { type: state_kind, conversation_id } = frame;
  return writeEnvelope({ kind: 'state', state_kind, conversation_id, ...whom }, encodeServerFrame(frame));
}

/** Reads an envelope. Never throws. */
export function readEnvelope(payload: Uint8Array): ReadEnvelope {
  const end = payload.indexOf(LINE_FEED);
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(end === -1 ? payload : payload.subarray(0, end)));
  } catch {
    return { ok: false, reason: 'unreadable' };
  }
  if (!isObject(json) || typeof json['kind'] !== 'string') return { ok: false, reason: 'unreadable' };
  if (!Object.hasOwn(CHECKS, json['kind'])) return { ok: false, reason: 'unknown_kind' };
  if (!CHECKS[json['kind'] as ChannelEnvelope['kind']](json)) return { ok: false, reason: 'unreadable' };
  const envelope = json as unknown as ChannelEnvelope;
  return { ok: true, envelope, frame: end === -1 ? undefined : payload.subarray(end + 1) };
}

type Fields = Record<string, unknown>;

/**
 * What comes with each message is checked by hand, as its schema says: the schema costs as much again as all the rest of reading
 * (packages/protocol/bench/read-envelope.ts). A test verifies that both say the same.
 */
const CHECKS: Record<ChannelEnvelope['kind'], (fields: Fields) => boolean> = {
  event: ({ event_kind, event_id, conversation_id, actor_id, origin, accepted_at_ms, traceparent }) =>
    isText(event_kind) &&
    isText(event_id) &&
    isText(conversation_id) &&
    isText(actor_id) &&
    (origin === undefined || isText(origin)) &&
    (accepted_at_ms === undefined || Number.isFinite(accepted_at_ms)) &&
    (traceparent === undefined || isText(traceparent)),
  stored: ({ event_ids, positions }) => isList(event_ids, isText) && isObject(positions) && haveNumbers(positions),
  state: (fields) => StateEnvelope.safeParse(fields).success,
  signed_out: (fields) => SignedOutEnvelope.safeParse(fields).success,
  typing: (fields) => TypingEnvelope.safeParse(fields).success,
  blocks_changed: (fields) => BlocksChangedEnvelope.safeParse(fields).success,
  presence: (fields) => PresenceEnvelope.safeParse(fields).success,
};

function haveNumbers(positions: Fields): boolean {
  for (const user in positions) if (!isList(positions[user], isPosition)) return false;
  return true;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isPosition(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isList(value: unknown, fits: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}
