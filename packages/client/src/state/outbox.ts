import { fullJitter, type BackoffBounds } from './backoff';

/** A message that this client wants stored and delivered. */
export interface OutboxEntry {
  /** The client's own id: every try bears it, so that all tries are one message. */
  readonly id: string;
  readonly message_id: string;
  readonly conversation_id: string;
  /** Of a direct message. */
  readonly recipient_id?: string;
  readonly content: string;
}

/** What an outbox is bounded by. */
export interface OutboxOptions {
  /** Maximum messages that wait. */
  capacity: number;
  /** Delay between tries of a message that was rejected for the moment. */
  backoff: BackoffBounds;
  random?: () => number;
}

interface Waiting {
  entry: OutboxEntry;
  /** When it was handed to the socket; undefined while it is not in flight. */
  sentAt: number | undefined;
  notBefore: number;
  rejections: number;
}

/**
 * Messages on their way to being accepted. Pure state: it knows no socket and no clock.
 *
 * An entry is `queued` → (`take`) `in flight` → gone by `accept` or a final `reject`; `connectionLost` and a rejection for
 * the moment put it back to `queued` in its old place. Of each conversation only the oldest entry is ever in flight: the
 * server keeps the order of messages of which each was sent after the one before was accepted.
 */
export class Outbox {
  private readonly byId = new Map<string, Waiting>();
  private readonly queues = new Map<string, Waiting[]>();
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

  /** Puts an entry at the end of its conversation. Call only while not `full` and with an id that is not in it. */
  add(entry: OutboxEntry): void {
    const waiting: Waiting = { entry, sentAt: undefined, notBefore: 0, rejections: 0 };
    this.byId.set(entry.id, waiting);
    const queue = this.queues.get(entry.conversation_id);
    if (queue === undefined) this.queues.set(entry.conversation_id, [waiting]);
    else queue.push(waiting);
  }

  /** Takes what may be sent now and marks it in flight. @param window most entries in flight at once. */
  take(now: number, window: number): OutboxEntry[] {
    const taken: OutboxEntry[] = [];
    if (now < this.pausedUntil) return taken;
    for (const [conversation, queue] of [...this.queues]) {
      if (this.inFlightCount >= window) break;
      const [head] = queue;
      if (head === undefined || head.sentAt !== undefined || head.notBefore > now) continue;
      head.sentAt = now;
      this.inFlightCount += 1;
      taken.push(head.entry);
      // To the end of the turn: a small window is shared fairly between conversations.
      this.queues.delete(conversation);
      this.queues.set(conversation, queue);
    }
    return taken;
  }

  /** When `take` may give something again, in the terms of its `now`; undefined while only answers can change that. */
  nextDue(): number | undefined {
    let due: number | undefined;
    for (const [head] of this.queues.values()) {
      if (head === undefined || head.sentAt !== undefined) continue;
      const at = Math.max(head.notBefore, this.pausedUntil);
      if (due === undefined || at < due) due = at;
    }
    return due;
  }

  /** When the entry that has been in flight longest was sent. */
  oldestSentAt(): number | undefined {
    let oldest: number | undefined;
    for (const [head] of this.queues.values()) {
      if (head?.sentAt !== undefined && (oldest === undefined || head.sentAt < oldest)) oldest = head.sentAt;
    }
    return oldest;
  }

  /** The message is in the log, or was refused for good: it leaves the outbox. @returns it, where it was still here. */
  settle(id: string): OutboxEntry | undefined {
    const waiting = this.byId.get(id);
    if (waiting === undefined) return undefined;
    this.byId.delete(id);
    const queue = this.queues.get(waiting.entry.conversation_id) ?? [];
    queue.splice(queue.indexOf(waiting), 1);
    if (queue.length === 0) this.queues.delete(waiting.entry.conversation_id);
    if (waiting.sentAt !== undefined) this.inFlightCount -= 1;
    return waiting.entry;
  }

  /**
   * The message was refused for the moment: it is tried again, in its old place, after the backoff and not before
   * `retryAfterMs`. @param pauseAll whether the refusal was about this client's sending as a whole, not this message.
   */
  postpone(id: string, now: number, retryAfterMs = 0, pauseAll = false): void {
    const waiting = this.byId.get(id);
    if (waiting === undefined) return;
    if (waiting.sentAt !== undefined) this.inFlightCount -= 1;
    waiting.sentAt = undefined;
    const delay = Math.max(retryAfterMs, fullJitter(waiting.rejections, this.options.backoff, this.options.random));
    waiting.rejections += 1;
    waiting.notBefore = now + delay;
    if (pauseAll) this.pausedUntil = Math.max(this.pausedUntil, now + delay);
  }

  /** Answers to what was in flight will not come: it is queued again and goes first, with the same ids. */
  connectionLost(): void {
    for (const queue of this.queues.values()) {
      for (const waiting of queue) waiting.sentAt = undefined;
    }
    this.inFlightCount = 0;
    this.pausedUntil = 0;
  }
}
