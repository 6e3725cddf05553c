/**
 * Where one connection stands in its user's inbox, as a state machine without I/O, clock or chance: a state and an event
 * give effects. It owns its state object and changes it in place (copying the sent ids for every message would cost
 * more than the message); whoever drives it carries out the effects in order and feeds back what came of them.
 *
 * Phases: `opening` (subscribed, position being asked for) → `catching_up` (entries before the live ones are read; live
 * messages wait, bounded) → `live` ⇄ `behind` (entries are known to be missing and could not be read: live messages go
 * on, reads are tried again). `congested` lies across: the socket is slow, nothing is pushed or read until it drained.
 *
 * Promises, tested in step-position.property.test.ts: entries and stored pairs leave in the inbox's order without holes; no
 * message is sent twice while the bound of the sent ids holds; once reads work again everything was sent.
 *
 * Concurrency: one event at a time; at most one read is outstanding, at most one check and one retry are due.
 */
import type { InboxEntry } from '@chat-app/protocol';
import type { Position, PositionEffect, PositionEvent } from './position';

/** Most live messages held back while catching up; what does not fit comes from the inbox. */
export const MOST_WAITING = 256;
/** Most notices kept that do not continue the position; what does not fit is read. */
const MOST_NOTICED = 1_024;
/** Most ids in one `stored` frame. */
const MOST_IN_RUN = 256;

type Effects<Body> = PositionEffect<Body>[];

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
