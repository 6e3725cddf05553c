/**
 * Drives the position machine of every connection: carries out its effects and feeds back what came of them. One event
 * of a connection is handled to its end before the next (a step that is caused from inside a step waits in line).
 */
import type { InboxEntry } from '@chat-app/protocol';
import type { WebsocketMetrics } from '../metrics';
import type { InboxReader } from './read-inbox';
import type { EncodedFrame } from '../delivery/encode-frame';
import type { Connection } from '../connections/connection';
import type { PositionEffect, PositionEvent } from './position';
import { step } from './step-position';
import type { TimerWheel } from '../timer-wheel';
import type { Transmitter } from '../delivery/transmit-frame';

export type InboxEvent = PositionEvent<EncodedFrame>;

/** How long to wait for a late live copy or a reordered notice before the inbox is read, milliseconds. */
const GRACE_MS = 50;
/** How long stored pairs are collected, milliseconds. */
const COALESCE_STORED_MS = 1_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

export interface FollowerParts {
  transmitter: Transmitter;
  reader: InboxReader;
  wheel: TimerWheel;
  metrics: WebsocketMetrics;
  now: () => number;
  random: () => number;
  /** Asks persistence where the device resumes, after it could not be asked at the connect. */
  reopen: (connection: Connection) => void;
  /** A join or leave stands in the inbox. */
  onMembership: (connection: Connection, entry: Extract<InboxEntry, { kind: 'joined' | 'left' }>) => void;
}

export class InboxFollower {
  #queue: [Connection, InboxEvent][] = [];
  #busy = false;

  constructor(private readonly parts: FollowerParts) {
    parts.transmitter.onCongested = (connection) => this.#congested(connection);
  }

  /** Takes one event of a connection; one that is closed takes none. */
  step(connection: Connection, event: InboxEvent): void {
    if (this.#busy) {
      this.#queue.push([connection, event]);
      return;
    }
    this.#busy = true;
    try {
      this.#take(connection, event);
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#take(...next);
    } finally {
      this.#busy = false;
    }
  }

  #take(connection: Connection, event: InboxEvent): void {
    if (connection.state === 'closed') return;
    for (const effect of step(connection.inbox, event)) this.#carryOut(connection, effect);
  }

  #carryOut(connection: Connection, effect: PositionEffect<EncodedFrame>): void {
    const { transmitter, wheel, metrics } = this.parts;
    switch (effect.kind) {
      case 'send':
        metrics.liveDeliveries.add('');
        transmitter.write(connection, effect.body, 'message');
        break;
      case 'entry':
        this.#sendEntry(connection, effect.entry);
        break;
      case 'stored':
        transmitter.send(connection, { type: 'stored', from: effect.from, message_ids: effect.messageIds });
        break;
      case 'open':
        this.parts.reopen(connection);
        break;
      case 'read':
        this.#read(connection, effect.after);
        break;
      case 'check_later':
        wheel.after(GRACE_MS, () => this.step(connection, { kind: 'check' }));
        break;
      case 'retry_later':
        connection.readCause = 'retry';
        wheel.after(this.#backoff(effect.attempt), () => this.step(connection, { kind: 'retry' }));
        break;
      case 'flush_later':
        wheel.after(COALESCE_STORED_MS, () => this.step(connection, { kind: 'flush' }));
        break;
    }
  }

  #sendEntry(connection: Connection, entry: InboxEntry): void {
    const { transmitter, onMembership } = this.parts;
    if (entry.kind === 'message') {
      transmitter.send(connection, { type: 'message', ...entry.message, seq: entry.seq });
      this.#measure(connection, entry.message.sent_at);
      return;
    }
    const { seq, conversation_id, kind } = entry;
    transmitter.send(connection, { type: 'conversation', seq, conversation_id, change: kind });
    onMembership(connection, entry);
  }

  /** What was sent before the socket opened did not wait for us. */
  #measure({ openedAt }: Connection, sentAt: string): void {
    const { metrics, now } = this.parts;
    const sent = Date.parse(sentAt);
    if (sent >= openedAt) metrics.deliverySeconds.observe(Math.max(0, now() - sent) / 1_000, { path: 'inbox' });
  }

  #read(connection: Connection, after: number): void {
    const { reader, metrics } = this.parts;
    metrics.catchUpReads.add(connection.readCause);
    connection.readCause = 'notice';
    void reader.read(connection, after, (event) => this.step(connection, event));
  }

  #congested(connection: Connection): void {
    this.parts.metrics.slow.inc();
    this.step(connection, { kind: 'congested' });
    connection.socket.onceDrained(() => {
      connection.congested = false;
      connection.readCause = 'drained';
      this.step(connection, { kind: 'drained' });
    });
  }

  /** Exponential with full jitter: those who failed together do not come back together. */
  #backoff(attempt: number): number {
    const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
    return ceiling / 2 + (ceiling / 2) * this.parts.random();
  }
}
