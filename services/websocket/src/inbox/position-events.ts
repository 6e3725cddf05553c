/** The words of the state machine that follows an inbox (inbox-position.ts): what can happen to it and what is to be done. */
import type { ReadCause } from '../metrics';
import type { EncodedEntry } from '@chat-app/protocol';

/** Number of an inbox entry and the event it holds. */
export type StoredPair = readonly [seq: number, eventId: string];

/** What happened. `Body` is whatever the driver sends for a live event. */
export type PositionEvent<Body> =
  /** Persistence told where this device resumes. */
  | { kind: 'opened'; position: number; head: number }
  /** Persistence could not be asked; the position stays unknown for now. */
  | { kind: 'open_failed' }
  /** A live event for this user. */
  | { kind: 'live'; eventId: string; eventKind: string; body: Body }
  /** Events were stored in this user's inbox; `patient` where nobody waits for the device to confirm them. */
  | { kind: 'notice'; pairs: readonly StoredPair[]; patient?: boolean }
  /** Part of what a read returned; `last` with its end. */
  | { kind: 'page'; entries: readonly EncodedEntry[]; head: number; last: boolean }
  | { kind: 'read_failed' }
  /** The inbox is known to reach this far, and why it was looked at. */
  | { kind: 'head'; seq: number; cause: ReadCause }
  /** The short wait for late live events and reordered notices is over. */
  | { kind: 'check' }
  /** The backoff after a failed read is over. */
  | { kind: 'retry' }
  | { kind: 'congested' }
  | { kind: 'drained' }
  /** This connection's own event is on its way to the log. */
  | { kind: 'sending'; eventId: string }
  /** What came of it; an accepted event counts as sent. */
  | { kind: 'settled'; eventId: string; accepted: boolean }
  /** Time to say what was stored. */
  | { kind: 'flush' };

/** What to do, in order. */
export type PositionEffect<Body> =
  | { kind: 'send'; eventKind: string; body: Body }
  /** Send this entry with its number; where it is a join or leave, follow it. */
  | { kind: 'entry'; entry: EncodedEntry }
  | { kind: 'stored'; from: number; eventIds: string[] }
  /** Ask where the device resumes → opened, open_failed. */
  | { kind: 'open' }
  /** Read entries `after + 1` and on → page, read_failed. */
  | { kind: 'read'; after: number; cause: ReadCause }
  /** Send `check` in a moment. */
  | { kind: 'check_later' }
  /** Send `retry` after a backoff that grows with the attempt (1, 2, …). */
  | { kind: 'retry_later'; attempt: number }
  /** Send `flush` within about a second, where `patient` within some. */
  | { kind: 'flush_later'; patient: boolean };

export type Phase = 'opening' | 'catching_up' | 'live' | 'behind';
