/**
 * Where one connection stands in its user's inbox, as a state machine without I/O, clock or chance: an event gives
 * effects. Whoever drives it carries out the effects in order and feeds back what came of them. It knows entries by number
 * and event id, and no kind of event.
 *
 * Phases: `opening` (subscribed, position being asked for) → `catching_up` (entries before the live ones are read; live
 * events wait, bounded) → `live` ⇄ `behind` (entries are known to be missing and could not be read: live events go on,
 * reads are tried again). `congested` lies across: the socket is slow, nothing is pushed or read until it drained.
 *
 * Promises, tested in inbox-position.property.test.ts: entries and stored pairs leave in the inbox's order without holes; no
 * event is sent twice while the bound of the sent ids holds; once reads work again everything was sent.
 *
 * Concurrency: one event at a time; at most one read is outstanding, at most one check and one retry are due.
 */
import type { ReadCause } from '../metrics';
import type { EncodedEntry } from '@chat-app/protocol';
import type { Phase, PositionEffect, PositionEvent } from './position-events';
import { SentIds } from './sent-ids';

/** Live events held back while catching up; what does not fit comes from the inbox. */
export const MAX_WAITING = 256;
/** Notices kept that do not continue the position; what does not fit is read. */
const MAX_NOTICED = 1_024;
/** Ids in one `stored` frame. */
const MAX_IN_RUN = 256;
/** Own events whose number somebody may wait for; of more all are told as soon as the others. */
const MAX_OWN = 256;

type LiveEvent<Body> = Extract<PositionEvent<Body>, { kind: 'live' }>;

export class InboxPosition<Body> {
  #phase: Phase = 'opening';
  /** Every entry up to this one was sent; -1 while unknown. */
  #position = -1;
  #head = -1;
  #reading = false;
  #congested = false;
  #checkDue = false;
  #retryDue = false;
  #failures = 0;
  /** Why the next read is made. */
  #cause: ReadCause = 'connect';
  readonly #sent = new SentIds();
  #inFlight: Set<string> | undefined;
  /** Own events that were accepted and have no number yet: whoever sent them wants to know. */
  #own: Set<string> | undefined;
  #noticed: Map<number, string> | undefined;
  #waiting: LiveEvent<Body>[] | undefined;
  #run: { from: number; eventIds: string[]; patient: boolean } | undefined;
  /** What is numbered by the event that is being taken need not be told soon. */
  #patient = false;
  #effects: PositionEffect<Body>[] = [];

  get phase(): Phase {
    return this.#phase;
  }

  /** Every entry up to this one was sent; -1 while unknown. */
  get position(): number {
    return this.#position;
  }

  /** The inbox is known to reach this far; -1 while unknown. */
  get head(): number {
    return this.#head;
  }

  get congested(): boolean {
    return this.#congested;
  }

  /** How much is kept for later: live events that wait, notices ahead of the position, own sends, stored ids to tell. */
  get remembered(): number {
    const { size: noticed } = this.#noticed ?? { size: 0 };
    const { size: inFlight } = this.#inFlight ?? { size: 0 };
    return (
      noticed + inFlight + (this.#own?.size ?? 0) + (this.#waiting?.length ?? 0) + (this.#run?.eventIds.length ?? 0)
    );
  }

  /** Forgets the older half of the ids of stored events; call it about twice a minute. */
  rotate(): void {
    this.#own = undefined;
    if (!this.#sent.empty) this.#sent.rotate();
  }

  /** Takes one event; the effects are to be carried out in order. */
  step(event: PositionEvent<Body>): readonly PositionEffect<Body>[] {
    this.#take(event);
    if (this.#effects.length === 0) return NONE;
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #take(event: PositionEvent<Body>): void {
    switch (event.kind) {
      case 'live':
        return this.#live(event);
      case 'notice':
        for (const [seq, eventId] of event.pairs) this.#notice(seq, eventId);
        this.#patient = event.patient === true;
        this.#progress(false);
        this.#patient = false;
        return;
      case 'page':
        return this.#page(event);
      case 'opened':
        return this.#opened(event.position, event.head);
      case 'open_failed':
      case 'read_failed':
        return this.#failed();
      case 'head':
        this.#head = Math.max(this.#head, event.seq);
        this.#cause = event.cause;
        return this.#progress(false);
      case 'check':
        this.#checkDue = false;
        return this.#progress(true);
      case 'retry':
        return this.#retry();
      case 'congested':
        this.#congested = true;
        return;
      case 'drained':
        this.#congested = false;
        this.#cause = 'drained';
        return this.#progress(true);
      case 'sending':
        if (!this.#sent.has(event.eventId)) (this.#inFlight ??= new Set()).add(event.eventId);
        return;
      case 'settled':
        if (this.#inFlight?.delete(event.eventId) === true && this.#inFlight.size === 0) this.#inFlight = undefined;
        if (event.accepted) this.#sendOwn(event.eventId);
        return this.#progress(false);
      case 'flush':
        return this.#flushRun();
    }
  }

  #opened(position: number, head: number): void {
    this.#flushRun();
    this.#position = position;
    this.#head = Math.max(this.#head, head);
    this.#failures = 0;
    if (this.#phase === 'opening') this.#phase = 'catching_up';
    this.#progress(true);
  }

  #live(event: LiveEvent<Body>): void {
    const { eventId } = event;
    if (this.#congested || this.#sent.has(eventId) || this.#inFlight?.has(eventId) === true) return;
    if (this.#phase === 'opening' || this.#phase === 'catching_up') {
      this.#waiting ??= [];
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
      return;
    }
    this.#send(event);
    if (this.#noticed !== undefined) this.#progress(false);
  }

  #send({ eventId, eventKind, body }: LiveEvent<Body>): void {
    this.#effects.push({ kind: 'send', eventKind, body });
    this.#sent.add(eventId);
  }

  #sendOwn(eventId: string): void {
    if (this.#sent.has(eventId)) return;
    this.#sent.add(eventId);
    this.#own ??= new Set();
    if (this.#own.size < MAX_OWN) this.#own.add(eventId);
  }

  #notice(seq: number, eventId: string): void {
    this.#head = Math.max(this.#head, seq);
    if (this.#position < 0 || seq <= this.#position) return;
    this.#noticed ??= new Map();
    if (this.#noticed.size < MAX_NOTICED) this.#noticed.set(seq, eventId);
  }

  #page({ entries, head, last }: { entries: readonly EncodedEntry[]; head: number; last: boolean }): void {
    const before = this.#position;
    this.#head = Math.max(this.#head, head);
    for (const entry of entries) {
      if (entry.seq <= this.#position) continue;
      if (entry.seq !== this.#position + 1) break;
      if (this.#inFlight?.has(entry.event_id) === true) {
        // The answer to this send must come first: whether it becomes `accepted` decides how the entry is told.
        (this.#noticed ??= new Map()).set(entry.seq, entry.event_id);
        break;
      }
      this.#takeEntry(entry);
    }
    this.#forgetNotices();
    if (!last) return;
    this.#reading = false;
    if (this.#position === before && this.#position < this.#head && !this.#nextIsInFlight()) this.#failed();
    else {
      this.#failures = 0;
      this.#progress(true);
    }
  }

  #takeEntry(entry: EncodedEntry): void {
    const { event_id: eventId } = entry;
    if (this.#sent.has(eventId)) {
      this.#advance(eventId);
      return;
    }
    this.#isOwn(eventId);
    this.#flushRun();
    this.#effects.push({ kind: 'entry', entry });
    this.#position = entry.seq;
    this.#sent.settle(eventId);
  }

  /** Takes the next number for an event that was sent before. */
  #advance(eventId: string): void {
    this.#position += 1;
    this.#sent.settle(eventId);
    if (this.#run !== undefined && this.#run.eventIds.length >= MAX_IN_RUN) this.#flushRun();
    const patient = !this.#isOwn(eventId) && this.#patient;
    if (this.#run === undefined || (this.#run.patient && !patient)) {
      this.#run ??= { from: this.#position, eventIds: [], patient };
      this.#run.patient = patient;
      this.#effects.push({ kind: 'flush_later', patient });
    }
    this.#run.eventIds.push(eventId);
  }

  /** Whether it is an own event; asked once. */
  #isOwn(eventId: string): boolean {
    if (this.#own?.delete(eventId) !== true) return false;
    if (this.#own.size === 0) this.#own = undefined;
    return true;
  }

  #flushRun(): void {
    if (this.#run === undefined) return;
    this.#effects.push({ kind: 'stored', from: this.#run.from, eventIds: this.#run.eventIds });
    this.#run = undefined;
  }

  #failed(): void {
    this.#reading = false;
    this.#failures += 1;
    this.#phase = 'behind';
    this.#releaseWaiting();
    if (this.#retryDue) return;
    this.#retryDue = true;
    this.#effects.push({ kind: 'retry_later', attempt: this.#failures });
  }

  #retry(): void {
    this.#retryDue = false;
    this.#cause = 'retry';
    if (this.#position < 0) this.#effects.push({ kind: 'open' });
    else this.#progress(true);
  }

  /** Moves as far as is known, then sees to what is missing: at once where `urgent`, else after a moment. */
  #progress(urgent: boolean): void {
    if (this.#position < 0) return;
    // While a page is being taken in, only it moves the position.
    if (!this.#reading) this.#advanceOverNotices();
    if (this.#position >= this.#head) {
      if (this.#congested || this.#reading) return;
      this.#phase = 'live';
      this.#releaseWaiting();
      return;
    }
    if (this.#reading || this.#retryDue || this.#congested || this.#nextIsInFlight()) return;
    if (urgent) {
      this.#reading = true;
      this.#effects.push({ kind: 'read', after: this.#position, cause: this.#cause });
      this.#cause = 'notice';
    } else if (!this.#checkDue) {
      this.#checkDue = true;
      this.#effects.push({ kind: 'check_later' });
    }
  }

  #advanceOverNotices(): void {
    if (this.#noticed === undefined) return;
    let next = this.#noticed.get(this.#position + 1);
    while (next !== undefined && this.#sent.has(next)) {
      this.#noticed.delete(this.#position + 1);
      this.#advance(next);
      next = this.#noticed.get(this.#position + 1);
    }
    if (this.#noticed.size === 0) this.#noticed = undefined;
  }

  #nextIsInFlight(): boolean {
    const next = this.#noticed?.get(this.#position + 1);
    return next !== undefined && this.#inFlight?.has(next) === true;
  }

  #releaseWaiting(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    if (this.#congested) return;
    for (const event of waiting) if (!this.#sent.has(event.eventId)) this.#send(event);
  }

  #forgetNotices(): void {
    if (this.#noticed === undefined) return;
    for (const seq of this.#noticed.keys()) if (seq <= this.#position) this.#noticed.delete(seq);
    if (this.#noticed.size === 0) this.#noticed = undefined;
  }
}

const NONE: readonly never[] = [];
