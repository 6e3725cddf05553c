/**
 * What travels over the fan-out. An envelope is one line of JSON, for `event` followed by a line break and the encoded
 * frame, so that a pod reads the small first line and forwards the rest to its sockets as the bytes they are.
 */
import { z } from 'zod';
import { newId } from '../identifiers';
import type { Known } from '../known';

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
 * Sessions of the user were ended (log-out, password change, reuse of a refresh token): close their sockets. Without
 * `session_ids` all of them.
 */
export const SignedOutEnvelope = z.looseObject({
  kind: z.literal('signed_out'),
  user_id: z.string(),
  session_ids: z.array(z.string()).optional(),
});
export type SignedOutEnvelope = Known<z.infer<typeof SignedOutEnvelope>>;

export type ChannelEnvelope = EventEnvelope | StoredEventsEnvelope | SignedOutEnvelope;

/** An envelope as read. */
export type ReadEnvelope =
  /** `frame` is the encoded frame of an `event`, a view into the payload without a copy. */
  | { ok: true; envelope: ChannelEnvelope; frame: Uint8Array | undefined }
  /** `unknown_kind`: a newer pod says what this version does not know. */
  | { ok: false; reason: 'unreadable' | 'unknown_kind' };

const LINE_FEED = 0x0a;
const decoder = new TextDecoder();
const SCHEMAS = { event: EventEnvelope, stored: StoredEventsEnvelope, signed_out: SignedOutEnvelope } as const;

/** Encodes an envelope; `frame` is the encoded frame of an `event`. */
export function writeEnvelope(envelope: ChannelEnvelope, frame?: string): string {
  const head = JSON.stringify(envelope.kind === 'stored' ? withLegacyIds(envelope) : envelope);
  return frame === undefined ? head : `${head}\n${frame}`;
}

/** Reads an envelope, of this version or the one before. Never throws. */
export function readEnvelope(payload: Uint8Array): ReadEnvelope {
  const end = payload.indexOf(LINE_FEED);
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(end === -1 ? payload : payload.subarray(0, end)));
  } catch {
    return { ok: false, reason: 'unreadable' };
  }
  if (typeof json !== 'object' || json === null) return { ok: false, reason: 'unreadable' };
  const fields = fromVersionBefore(json as Record<string, unknown>);
  const { kind } = fields;
  if (typeof kind !== 'string') return { ok: false, reason: 'unreadable' };
  if (!Object.hasOwn(SCHEMAS, kind)) return { ok: false, reason: 'unknown_kind' };
  const parsed = SCHEMAS[kind as keyof typeof SCHEMAS].safeParse(fields);
  if (!parsed.success) return { ok: false, reason: 'unreadable' };
  return { ok: true, envelope: parsed.data, frame: end === -1 ? undefined : payload.subarray(end + 1) };
}

/** Pods of the version before read `message_ids`. Goes with the release after this one. */
function withLegacyIds(envelope: StoredEventsEnvelope): object {
  return { ...envelope, message_ids: envelope.event_ids };
}

/**
 * What pods of the version before publish during a rolling upgrade, in the words of this version. Goes with the release
 * after this one.
 */
function fromVersionBefore(fields: Record<string, unknown>): Record<string, unknown> {
  switch (fields['kind']) {
    case 'message': {
      const { message_id, sender_id, ...rest } = fields;
      return { ...rest, kind: 'event', event_kind: 'message', event_id: message_id, actor_id: sender_id };
    }
    case 'stored':
      return fields['event_ids'] === undefined ? { ...fields, event_ids: fields['message_ids'] } : fields;
    case 'membership': {
      // Its event has no id that anybody was told, so the entry of that number is read from the inbox.
      const positions = { [String(fields['user_id'])]: [fields['seq']] };
      return { kind: 'stored', event_ids: [newId()], positions };
    }
    default:
      return fields;
  }
}
