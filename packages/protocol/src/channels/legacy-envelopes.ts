/** Envelopes of the version before, and how it reads and writes them. They go once nothing writes them any more. */
import type { SignedOutEnvelope } from './envelopes';

/** A live message: its frame follows the first line. */
export interface MessageEnvelope {
  kind: 'message';
  message_id: string;
  conversation_id: string;
  sender_id: string;
  /** Connection that sent it; it is not sent the frame, it gets `accepted`. */
  origin: string;
  /** When it was accepted, milliseconds since the epoch: for the metric of the time until it is delivered. */
  accepted_at_ms?: number;
  /** W3C trace context of the send. */
  traceparent?: string;
}

/**
 * Messages that were stored, and where they stand in whose inbox. `positions[user][i]` is the number of
 * `message_ids[i]` in that user's inbox; 0 where it is not in it (or no longer known).
 */
export interface StoredEnvelope {
  kind: 'stored';
  message_ids: string[];
  positions: Record<string, number[]>;
}

/** The user joined or left a group; `seq` is the inbox entry that says so. Goes to the user's channel. */
export interface MembershipEnvelope {
  kind: 'membership';
  user_id: string;
  conversation_id: string;
  change: 'joined' | 'left';
  seq: number;
}

export type Envelope = MessageEnvelope | StoredEnvelope | MembershipEnvelope | SignedOutEnvelope;

/** An envelope as read: `body` is the encoded frame of a `message`, a view into the payload without a copy. */
export interface DecodedEnvelope {
  envelope: Envelope;
  body: Uint8Array | undefined;
}

const LINE_FEED = 0x0a;
const decoder = new TextDecoder();

/** Encodes an envelope; `frame` is the encoded `message` frame. */
export function encodeEnvelope(envelope: Envelope, frame?: string): string {
  const head = JSON.stringify(envelope);
  return frame === undefined ? head : `${head}\n${frame}`;
}

/** Reads an envelope. Undefined where it is none of this version's: a newer pod may publish kinds this one does not know. */
export function decodeEnvelope(payload: Uint8Array): DecodedEnvelope | undefined {
  const end = payload.indexOf(LINE_FEED);
  const head = end === -1 ? payload : payload.subarray(0, end);
  let envelope: unknown;
  try {
    envelope = JSON.parse(decoder.decode(head));
  } catch {
    return undefined;
  }
  if (!isEnvelope(envelope)) return undefined;
  return { envelope, body: end === -1 ? undefined : payload.subarray(end + 1) };
}

const KINDS: readonly string[] = ['message', 'stored', 'membership', 'signed_out'] satisfies Envelope['kind'][];

function isEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && 'kind' in value && KINDS.includes(String(value.kind));
}
