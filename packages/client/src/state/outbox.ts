import type { JsonObject } from '../entries/message';
import { backoffMs, type BackoffOptions } from '@chat-app/timing';

/** A message, edit, deletion or reaction that this client wants stored and delivered. */
export interface OutboxEntry {
  /** The client's own id: every try bears it, so that all tries are one message. */
  readonly id: string;
  readonly message_id: string;
  readonly conversation_id: string;
  /** Of a direct message. */
  readonly recipient_id?: string;
  readonly content: string;
  readonly data?: JsonObject;
  /** The message that it answers, and the users that it mentions. */
  readonly reply_to?: string;
  readonly mentions?: string[];
  /** The message that it edits, deletes or reacts to; `message_id` is the id of the change itself then. */
  readonly change?:
    | { readonly type: 'edit' | 'delete'; readonly message_id: string }
    | { readonly type: 'react'; readonly message_id: string; readonly emoji: string; readonly on: boolean };
}

/** What an outbox is bounded by. */
export interface OutboxOptions {
  /** Maximum messages that wait. */
  capacity: number;
  /** Delay between tries of a message that was rejected for the moment. */
  backoff: BackoffOptions;
  random?: () => number;
}

/** What the server of a connection can do. */
export interface SendingRules {
  /** It keeps the order of sends of which each names the one `after` which it comes. */
  pipelined: boolean;
  /** It keeps `data`. What has some waits for a server that does. */
  data: boolean;
  /** It takes edits and deletions, which wait likewise. */
  changes?: boolean;
  /** It takes reactions, which wait likewise. */
  reactions?: boolean;
  /** It keeps what a message answers and mentions: what does either waits likewise. */
  replies?: boolean;
}

/** An entry to send now. */
export interface Taken {
  entry: OutboxEntry;
  /** Id of the entry before it, where that one has no answer yet: this one is good only if that one is. */
  after?: string;
}

interface Waiting {
  entry: OutboxEntry;
  /** When it was handed to the socket; undefined while it is not in flight. */
  sentAt: number | undefined;
  notBefore: number;
  /** Tries that were rejected for the moment or not answered in time. */
  failures: number;
}

/** A lane: one conversation's messages, or its changes, in order. */
interface Queue {
  entries: Waiting[];
  inFlight: number;
  /** One was rejected for the moment: nothing follows before all that was in flight with it is answered. */
  stopped: boolean;
  /** So many may be in flight: after a failure one, and one more with each that is settled. */
  allowed: number;
}

/**
 * Messages on their way to being accepted. Pure state: it knows no socket and no clock.
 *
 * An entry is `queued` → (`take`) `in flight` → gone by `settle`; `connectionLost` and a rejection for the moment put it
 * back to `queued` in its old place. The entries of a conversation are taken in order and, where the server keeps their
 * order even around a rejection (`pipelined`), without waiting for answers. After a rejection a conversation goes on
 * from its oldest entry, once nothing of it is in flight: alone at first, so that many behind one that fails are not sent again with
 * each of its tries. Without that help only the oldest is ever in flight: a server
 * may accept what follows a rejected send.
 *
 * Changes of a conversation (edits, deletions, reactions) are in order among themselves, beside its messages: while a server cannot
 * tell whether something may be changed, what is said goes on. They go one by one: one that the server refuses may be tried again,
 * where its message is not stored yet, and none may overtake it. A change of a message that waits here comes after it.
 */
export class Outbox {
  private readonly byId = new Map<string, Waiting>();
  private readonly queues = new Map<string, Queue>();
  /** Ids of the messages that wait: what changes them waits too. */
  private readonly messages = new Set<string>();
  private rules: SendingRules = { pipelined: false, data: false };
  private pausedUntil = 0;
  private inFlightCount = 0;

  constructor(private readonly options: OutboxOptions) {}

  get size(): number {
    return this.byId.size;
  }

  get inFlight(): number {
    return this.inFlightCount;
  }

  get full(): boolean {
    return this.byId.size >= this.options.capacity;
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  get(id: string): OutboxEntry | undefined {
    return this.byId.get(id)?.entry;
  }

  /** All entries; those of one conversation in the order in which they were added. */
  entries(): OutboxEntry[] {
    return [...this.byId.values()].map((waiting) => waiting.entry);
  }

  /** Puts an entry at the end of its lane. Call only while not `full` and with an id that is not in it. */
  add(entry: OutboxEntry): void {
    const waiting: Waiting = { entry, sentAt: undefined, notBefore: 0, failures: 0 };
    this.byId.set(entry.id, waiting);
    if (entry.change === undefined) this.messages.add(entry.message_id);
    const queue = this.queues.get(laneOf(entry));
    if (queue !== undefined) queue.entries.push(waiting);
    else this.queues.set(laneOf(entry), { entries: [waiting], inFlight: 0, stopped: false, allowed: Infinity });
  }

  /** A connection begins, to a server that can do this. */
  connected(rules: SendingRules): void {
    this.rules = rules;
  }

  /** Takes what may be sent now and marks it in flight. @param window most entries in flight at once. */
  take(now: number, window: number): Taken[] {
    const taken: Taken[] = [];
    if (now < this.pausedUntil) return taken;
    // One of each lane at a turn: a small window is shared fairly between them.
    for (let before = -1; before < taken.length && this.inFlightCount < window;) {
      before = taken.length;
      for (const [lane, queue] of [...this.queues]) {
        if (this.inFlightCount >= window) break;
        const next = this.next(queue);
        if (next === undefined || next.notBefore > now) continue;
        const last = queue.inFlight > 0 ? queue.entries[queue.inFlight - 1] : undefined;
        taken.push({ entry: next.entry, ...(last !== undefined && { after: last.entry.id }) });
        next.sentAt = now;
        queue.inFlight += 1;
        this.inFlightCount += 1;
        this.queues.delete(lane);
        this.queues.set(lane, queue);
      }
    }
    return taken;
  }

  /** When `take` may give something again, in the terms of its `now`; undefined while only answers can change that. */
  nextDue(): number | undefined {
    let due: number | undefined;
    for (const queue of this.queues.values()) {
      const next = this.next(queue);
      if (next === undefined) continue;
      const at = Math.max(next.notBefore, this.pausedUntil);
      if (due === undefined || at < due) due = at;
    }
    return due;
  }

  /** When an entry that is in flight was sent. */
  sentAt(id: string): number | undefined {
    return this.byId.get(id)?.sentAt;
  }

  /** When the entry that has been in flight longest was sent. */
  oldestSentAt(): number | undefined {
    let oldest: number | undefined;
    for (const queue of this.queues.values()) {
      if (queue.inFlight === 0) continue;
      const sentAt = queue.entries.find((waiting) => waiting.sentAt !== undefined)?.sentAt;
      if (sentAt !== undefined && (oldest === undefined || sentAt < oldest)) oldest = sentAt;
    }
    return oldest;
  }

  /** The message is in the log, or was refused for good: it leaves the outbox. @returns it, where it was still here. */
  settle(id: string): OutboxEntry | undefined {
    const waiting = this.byId.get(id);
    if (waiting === undefined) return undefined;
    this.byId.delete(id);
    if (waiting.entry.change === undefined) this.messages.delete(waiting.entry.message_id);
    const queue = this.landed(waiting);
    queue.allowed += 1;
    queue.entries.splice(queue.entries.indexOf(waiting), 1);
    if (queue.entries.length === 0) this.queues.delete(laneOf(waiting.entry));
    return waiting.entry;
  }

  /**
   * The message was refused for the moment: it is tried again, in its old place, after the backoff and not before
   * `retryAfterMs`. @param pauseAll whether the refusal was about this client's sending as a whole, not this message.
   */
  postpone(id: string, now: number, retryAfterMs = 0, pauseAll = false): void {
    const waiting = this.byId.get(id);
    if (waiting === undefined) return;
    const queue = this.landed(waiting);
    queue.stopped = queue.inFlight > 0;
    queue.allowed = 1;
    const delay = this.failed(waiting, now, retryAfterMs);
    if (pauseAll) this.pausedUntil = Math.max(this.pausedUntil, now + delay);
  }

  /** The message was refused because the one before it was: it waits for that one, and no longer. */
  follow(id: string, now: number): void {
    const waiting = this.byId.get(id);
    if (waiting === undefined) return;
    const queue = this.queueOf(waiting);
    // With none before it that waits there is nothing to follow: a server may have forgotten.
    const before = queue.entries.slice(0, queue.entries.indexOf(waiting));
    if (!before.some((other) => other.sentAt === undefined)) return this.postpone(id, now);
    this.landed(waiting);
  }

  /**
   * What was sent up to then was not answered in time. Of each conversation the oldest of it goes again after its backoff, as
   * after a rejection, whatever connection takes it.
   */
  unanswered(sentAt: number, now: number): void {
    for (const queue of this.queues.values()) {
      const oldest = queue.entries.find((waiting) => waiting.sentAt !== undefined);
      if (oldest?.sentAt !== undefined && oldest.sentAt <= sentAt) this.failed(oldest, now);
    }
  }

  /** Answers to what was in flight will not come: it is queued again and goes first, with the same ids. */
  connectionLost(): void {
    for (const queue of this.queues.values()) {
      if (queue.inFlight > 0) queue.allowed = 1;
      for (const waiting of queue.entries) waiting.sentAt = undefined;
      queue.inFlight = 0;
      queue.stopped = false;
    }
    this.inFlightCount = 0;
    this.pausedUntil = 0;
  }

  /** The entry that may follow those in flight; undefined while an answer must come first. */
  private next(queue: Queue): Waiting | undefined {
    const next = queue.entries[queue.inFlight];
    const isAlone = queue.stopped || !this.rules.pipelined || next?.entry.change !== undefined;
    if (queue.inFlight > 0 && queue.inFlight >= (isAlone ? 1 : queue.allowed)) return undefined;
    if (next?.entry.data !== undefined && !this.rules.data) return undefined;
    if (next?.entry.change !== undefined && !this.mayGo(next.entry.change)) return undefined;
    const refers = next?.entry.reply_to !== undefined || next?.entry.mentions !== undefined;
    return refers && this.rules.replies !== true ? undefined : next;
  }

  private mayGo({ type, message_id }: NonNullable<OutboxEntry['change']>): boolean {
    const isTaken = (type === 'react' ? this.rules.reactions : this.rules.changes) === true;
    return isTaken && !this.messages.has(message_id);
  }

  /** A try came to nothing: the next waits longer. @returns for how long */
  private failed(waiting: Waiting, now: number, retryAfterMs = 0): number {
    waiting.failures += 1;
    const delay = Math.max(retryAfterMs, backoffMs(waiting.failures, this.options.backoff, this.options.random));
    waiting.notBefore = now + delay;
    return delay;
  }

  /** The entry is not in flight any more. */
  private landed(waiting: Waiting): Queue {
    const queue = this.queueOf(waiting);
    if (waiting.sentAt === undefined) return queue;
    waiting.sentAt = undefined;
    queue.inFlight -= 1;
    this.inFlightCount -= 1;
    if (queue.inFlight === 0) queue.stopped = false;
    return queue;
  }

  private queueOf({ entry }: Waiting): Queue {
    const queue = this.queues.get(laneOf(entry));
    if (queue === undefined) throw new Error('an entry is in the queue of its lane');
    return queue;
  }
}

/** What is sent in order: the messages of a conversation, and the changes of its messages. */
function laneOf({ conversation_id, change }: OutboxEntry): string {
  return change === undefined ? conversation_id : `${conversation_id} changes`;
}
