/**
 * Where one connection stands in its user's inbox, as a state machine without I/O, clock or chance: a state and an event
 * give effects. It owns its state object and changes it in place (copying the sent ids for every message would cost
 * more than the message); whoever drives it carries out the effects in order and feeds back what came of them.
 *
 * Phases: `opening` (subscribed, position being asked for) → `catching_up` (entries before the live ones are read; live
 * messages wait, bounded) → `live` ⇄ `behind` (entries are known to be missing and could not be read: live messages go
 * on, reads are tried again). `congested` lies across: the socket is slow, nothing is pushed or read until it drained.
 *
 * Promises, tested in position.property.test.ts: entries and stored pairs leave in the inbox's order without holes; no
 * message is sent twice while the bound of the sent ids holds; once reads work again everything was sent.
 *
 * Concurrency: one event at a time; at most one read is outstanding, at most one check and one retry are due.
 */
import type { InboxEntry } from '@chat-app/protocol';
import { SentIds } from './sent-ids';

/** Most live messages held back while catching up; what does not fit comes from the inbox. */
export const MOST_WAITING = 256;
/** Most notices kept that do not continue the position; what does not fit is read. */
const MOST_NOTICED = 1_024;
/** Most ids in one `stored` frame. */
const MOST_IN_RUN = 256;

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

type Effects<Body> = PositionEffect<Body>[];

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

/** Takes one event; the effects are to be carried out in order. */
export function step<Body>(state: Position<Body>, event: PositionEvent<Body>): readonly PositionEffect<Body>[] {
  const effects: Effects<Body> = [];
  switch (event.kind) {
    case 'live':
      live(state, event.messageId, event.body, effects);
      break;
    case 'notice':
      for (const [seq, messageId] of event.pairs) notice(state, seq, messageId);
      progress(state, false, effects);
      break;
    case 'page':
      page(state, event, effects);
      break;
    case 'opened':
      flushRun(state, effects);
      state.position = event.position;
      state.head = Math.max(state.head, event.head);
      state.failures = 0;
      if (state.phase === 'opening') state.phase = 'catching_up';
      progress(state, true, effects);
      break;
    case 'open_failed':
    case 'read_failed':
      failed(state, effects);
      break;
    case 'head':
      state.head = Math.max(state.head, event.seq);
      progress(state, false, effects);
      break;
    case 'check':
      state.checkDue = false;
      progress(state, true, effects);
      break;
    case 'retry':
      state.retryDue = false;
      if (state.position < 0) effects.push({ kind: 'open' });
      else progress(state, true, effects);
      break;
    case 'congested':
      state.congested = true;
      break;
    case 'drained':
      state.congested = false;
      progress(state, true, effects);
      break;
    case 'sending':
      if (!state.sent.has(event.messageId)) (state.inFlight ??= new Set()).add(event.messageId);
      break;
    case 'settled':
      if (state.inFlight?.delete(event.messageId) === true && state.inFlight.size === 0) state.inFlight = undefined;
      if (event.accepted) state.sent.add(event.messageId);
      progress(state, false, effects);
      break;
    case 'flush':
      flushRun(state, effects);
      break;
  }
  return effects;
}

function live<Body>(state: Position<Body>, messageId: string, body: Body, effects: Effects<Body>): void {
  if (state.congested || state.sent.has(messageId) || state.inFlight?.has(messageId) === true) return;
  if (state.phase === 'opening' || state.phase === 'catching_up') {
    state.waiting ??= [];
    if (state.waiting.length < MOST_WAITING) state.waiting.push({ messageId, body });
    return;
  }
  effects.push({ kind: 'send', body });
  state.sent.add(messageId);
  if (state.noticed !== undefined) progress(state, false, effects);
}

function notice<Body>(state: Position<Body>, seq: number, messageId: string): void {
  state.head = Math.max(state.head, seq);
  if (state.position < 0 || seq <= state.position) return;
  state.noticed ??= new Map();
  if (state.noticed.size < MOST_NOTICED) state.noticed.set(seq, messageId);
}

function page<Body>(
  state: Position<Body>,
  event: { entries: readonly InboxEntry[]; head: number; last: boolean },
  effects: Effects<Body>,
): void {
  const before = state.position;
  state.head = Math.max(state.head, event.head);
  for (const entry of event.entries) {
    if (entry.seq <= state.position) continue;
    if (entry.seq !== state.position + 1) break;
    if (entry.kind === 'message' && state.inFlight?.has(entry.message.message_id) === true) {
      // The answer to this send must come first: whether it becomes `accepted` decides how the entry is told.
      (state.noticed ??= new Map()).set(entry.seq, entry.message.message_id);
      break;
    }
    takeEntry(state, entry, effects);
  }
  forgetNotices(state);
  if (!event.last) return;
  state.reading = false;
  const awaited = nextIsInFlight(state);
  if (state.position === before && state.position < state.head && !awaited) failed(state, effects);
  else {
    state.failures = 0;
    progress(state, true, effects);
  }
}

function takeEntry<Body>(state: Position<Body>, entry: InboxEntry, effects: Effects<Body>): void {
  if (entry.kind === 'message' && state.sent.has(entry.message.message_id)) {
    advance(state, entry.message.message_id, effects);
    return;
  }
  flushRun(state, effects);
  effects.push({ kind: 'entry', entry });
  state.position = entry.seq;
  if (entry.kind === 'message') state.sent.settle(entry.message.message_id);
}

/** Takes the next number for a message that was sent before. */
function advance<Body>(state: Position<Body>, messageId: string, effects: Effects<Body>): void {
  state.position += 1;
  state.sent.settle(messageId);
  if (state.run !== undefined && state.run.messageIds.length >= MOST_IN_RUN) flushRun(state, effects);
  if (state.run === undefined) {
    state.run = { from: state.position, messageIds: [] };
    effects.push({ kind: 'flush_later' });
  }
  state.run.messageIds.push(messageId);
}

function flushRun<Body>(state: Position<Body>, effects: Effects<Body>): void {
  if (state.run === undefined) return;
  effects.push({ kind: 'stored', from: state.run.from, messageIds: state.run.messageIds });
  state.run = undefined;
}

function failed<Body>(state: Position<Body>, effects: Effects<Body>): void {
  state.reading = false;
  state.failures += 1;
  state.phase = 'behind';
  releaseWaiting(state, effects);
  if (state.retryDue) return;
  state.retryDue = true;
  effects.push({ kind: 'retry_later', attempt: state.failures });
}

/** Moves as far as is known, then sees to what is missing: at once where `urgent`, else after a moment. */
function progress<Body>(state: Position<Body>, urgent: boolean, effects: Effects<Body>): void {
  if (state.position < 0) return;
  // While a page is being taken in, only it moves the position.
  if (!state.reading) {
    let next = state.noticed?.get(state.position + 1);
    while (next !== undefined && state.sent.has(next)) {
      state.noticed?.delete(state.position + 1);
      advance(state, next, effects);
      next = state.noticed?.get(state.position + 1);
    }
    if (state.noticed?.size === 0) state.noticed = undefined;
  }
  if (state.position >= state.head) {
    if (state.congested || state.reading) return;
    state.phase = 'live';
    releaseWaiting(state, effects);
    return;
  }
  if (state.reading || state.retryDue || state.congested || nextIsInFlight(state)) return;
  if (urgent) {
    state.reading = true;
    effects.push({ kind: 'read', after: state.position });
  } else if (!state.checkDue) {
    state.checkDue = true;
    effects.push({ kind: 'check_later' });
  }
}

function nextIsInFlight<Body>(state: Position<Body>): boolean {
  const next = state.noticed?.get(state.position + 1);
  return next !== undefined && state.inFlight?.has(next) === true;
}

function releaseWaiting<Body>(state: Position<Body>, effects: Effects<Body>): void {
  const waiting = state.waiting;
  if (waiting === undefined) return;
  state.waiting = undefined;
  if (state.congested) return;
  for (const { messageId, body } of waiting) {
    if (state.sent.has(messageId)) continue;
    effects.push({ kind: 'send', body });
    state.sent.add(messageId);
  }
}

function forgetNotices<Body>(state: Position<Body>): void {
  if (state.noticed === undefined) return;
  for (const seq of state.noticed.keys()) if (seq <= state.position) state.noticed.delete(seq);
  if (state.noticed.size === 0) state.noticed = undefined;
}
