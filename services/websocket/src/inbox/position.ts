/**
 * The words of the state machine that follows an inbox (step-position.ts): what one connection's position holds, what can
 * happen to it, and what is to be done.
 */
import type { InboxEntry } from '@chat-app/protocol';
import { SentIds } from './sent-ids';

/** Number of an inbox entry and the message it holds. */
export type StoredPair = readonly [seq: number, messageId: string];

/** What happened. `Body` is whatever the driver sends for a live message. */
export type PositionEvent<Body> =
  /** Persistence told where this device resumes. */
  | { kind: 'opened'; position: number; head: number }
  /** Persistence could not be asked; the position stays unknown for now. */
  | { kind: 'open_failed' }
  /** A live message for this user. */
  | { kind: 'live'; messageId: string; body: Body }
  /** Messages were stored in this user's inbox. */
  | { kind: 'notice'; pairs: readonly StoredPair[] }
  /** Part of what a read returned; `last` with its end. */
  | { kind: 'page'; entries: readonly InboxEntry[]; head: number; last: boolean }
  | { kind: 'read_failed' }
  /** The inbox is known to reach this far (sweep, join, leave). */
  | { kind: 'head'; seq: number }
  /** The short wait for late live messages and reordered notices is over. */
  | { kind: 'check' }
  /** The backoff after a failed read is over. */
  | { kind: 'retry' }
  | { kind: 'congested' }
  | { kind: 'drained' }
  /** This connection's own message is on its way to the log. */
  | { kind: 'sending'; messageId: string }
  /** What came of it; an accepted message counts as sent. */
  | { kind: 'settled'; messageId: string; accepted: boolean }
  /** Time to say what was stored. */
  | { kind: 'flush' };

/** What to do, in order. */
export type PositionEffect<Body> =
  | { kind: 'send'; body: Body }
  /** Send this entry with its number; where it is a join or leave, follow it. */
  | { kind: 'entry'; entry: InboxEntry }
  | { kind: 'stored'; from: number; messageIds: string[] }
  /** Ask where the device resumes → opened, open_failed. */
  | { kind: 'open' }
  /** Read entries `after + 1` and on → page, read_failed. */
  | { kind: 'read'; after: number }
  /** Send `check` in a moment. */
  | { kind: 'check_later' }
  /** Send `retry` after a backoff that grows with the attempt (1, 2, …). */
  | { kind: 'retry_later'; attempt: number }
  /** Send `flush` within about a second. */
  | { kind: 'flush_later' };

export type Phase = 'opening' | 'catching_up' | 'live' | 'behind';

/** State of one connection's position. */
export interface Position<Body> {
  phase: Phase;
  /** Every entry up to this one was sent; -1 while unknown. */
  position: number;
  /** The inbox is known to reach this far. */
  head: number;
  reading: boolean;
  congested: boolean;
  checkDue: boolean;
  retryDue: boolean;
  failures: number;
  readonly sent: SentIds;
  inFlight: Set<string> | undefined;
  noticed: Map<number, string> | undefined;
  waiting: { messageId: string; body: Body }[] | undefined;
  run: { from: number; messageIds: string[] } | undefined;
}

/** A connection that was just accepted. */
export function newPosition<Body>(): Position<Body> {
  return {
    phase: 'opening',
    position: -1,
    head: -1,
    reading: false,
    congested: false,
    checkDue: false,
    retryDue: false,
    failures: 0,
    sent: new SentIds(),
    inFlight: undefined,
    noticed: undefined,
    waiting: undefined,
    run: undefined,
  };
}
