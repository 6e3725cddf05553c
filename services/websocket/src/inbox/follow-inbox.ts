/**
 * Drives the position machine of every connection: carries out its effects and feeds back what came of them. One event
 * of a connection is handled to its end before the next (a step that is caused from inside a step waits in line).
 */
import type { EncodedEntry, OpenConnectionResponse } from '@chat-app/protocol';
import { backoffMs } from '@chat-app/timing';
import type { Clock } from '../clock';
import type { ConnectedUser, Connection } from '../connections/connection';
import type { Registry } from '../connections/registry';
import type { EncodedFrame } from '../delivery/encode-frame';
import type { Transmitter } from '../delivery/transmit-frame';
import type { ReadCause, WebsocketMetrics } from '../metrics';
import type { TimerWheel } from '../timer-wheel';
import type { GroupFollower } from './follow-groups';
import type { InboxOpener } from './open-inbox';
import type { PositionEffect, PositionEvent } from './position-events';
import type { InboxReader } from './read-inbox';

export type InboxEvent = PositionEvent<EncodedFrame>;

/** How long to wait for a late live copy or a reordered notice before the inbox is read, milliseconds. */
const GRACE_MS = 50;
/** How long stored pairs are collected, milliseconds: where others are told that the device has them, and where nobody is. */
const COALESCE_STORED_MS = 1_000;
const COALESCE_PATIENTLY_MS = 5_000;
/** Between reads that fail: those who failed together do not come back together. */
const RETRY = { firstMs: 500, maxMs: 15_000 };

export interface FollowerDependencies {
  transmitter: Transmitter;
  opener: InboxOpener;
  reader: InboxReader;
  groups: GroupFollower;
  registry: Registry;
  wheel: TimerWheel;
  metrics: WebsocketMetrics;
  clock: Clock;
  random: () => number;
  /** Told of groups that somebody joined or left. Must not throw. */
  onMembership: (group: string) => void;
}

export class InboxFollower {
  readonly #queue: [Connection, InboxEvent][] = [];
  #busy = false;

  constructor(private readonly dependencies: FollowerDependencies) {}

  /** Persistence told where the device of this connection resumes and what groups its user is in; undefined: it is unavailable. */
  opened(connection: Connection, inbox: OpenConnectionResponse | undefined): void {
    if (inbox === undefined) {
      this.step(connection, { kind: 'open_failed' });
      return;
    }
    const { position, head, conversation_ids } = inbox;
    const { user } = connection;
    if (user !== undefined) {
      this.#lookAgain(user.userId, this.dependencies.groups.replace(user, conversation_ids, head));
    }
    this.step(connection, { kind: 'opened', position, head });
  }

  /** The user joined or left a group, as the inbox entry `seq` says. */
  changeGroup(userId: string, group: string, change: 'joined' | 'left', seq: number): void {
    this.dependencies.onMembership(group);
    this.#lookAgain(userId, this.dependencies.groups.change(userId, group, change, seq));
  }

  /** The user may have left a group, as the fan-out said. */
  suspectLeft(userId: string, group: string): void {
    this.#lookAgain(userId, this.dependencies.groups.suspectLeft(userId, group));
  }

  /** The user is in this group, as persistence answered to a question that was asked as of an entry (`knownAsOf`). */
  confirmGroup(user: ConnectedUser, group: string, asked: number): void {
    this.#lookAgain(user.userId, this.dependencies.groups.confirm(user, group, asked));
  }

  /** The user's inbox reaches this far: connections that do not know it follow. */
  tellHead(userId: string, head: number, cause: ReadCause): void {
    for (const connection of this.dependencies.registry.find(userId)?.connections ?? []) {
      if (connection.inbox.position >= 0 && head <= connection.inbox.head) continue;
      this.step(connection, { kind: 'head', seq: head, cause });
    }
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
    const { inbox } = connection;
    if (!inbox.congested && this.dependencies.transmitter.isCongested(connection)) this.#holdBack(connection);
    for (const effect of inbox.step(event)) this.#carryOut(connection, effect);
  }

  /** The socket is slow: the inbox feeds it once it drained. */
  #holdBack(connection: Connection): void {
    this.dependencies.metrics.slow.inc();
    connection.inbox.step({ kind: 'congested' });
    connection.onceDrained(() => this.step(connection, { kind: 'drained' }));
  }

  #carryOut(connection: Connection, effect: PositionEffect<EncodedFrame>): void {
    const { transmitter, opener, wheel, metrics, random } = this.dependencies;
    switch (effect.kind) {
      case 'send':
        metrics.liveDeliveries.add('');
        transmitter.write(connection, effect.body, effect.eventKind);
        break;
      case 'entry':
        this.#sendEntry(connection, effect.entry);
        break;
      case 'stored':
        transmitter.send(connection, { type: 'stored', from: effect.from, message_ids: effect.eventIds });
        break;
      case 'open':
        void opener.reopen(connection).then((inbox) => this.opened(connection, inbox));
        break;
      case 'read':
        this.#read(connection, effect.after, effect.cause);
        break;
      case 'check_later':
        wheel.after(GRACE_MS, () => this.step(connection, { kind: 'check' }));
        break;
      case 'retry_later':
        wheel.after(backoffMs(effect.attempt, RETRY, random), () => this.step(connection, { kind: 'retry' }));
        break;
      case 'flush_later':
        wheel.after(effect.patient ? COALESCE_PATIENTLY_MS : COALESCE_STORED_MS, () =>
          this.step(connection, { kind: 'flush' }),
        );
        break;
    }
  }

  /** An entry of any kind is forwarded as it is; of a join or leave the pod also learns where it has to subscribe. */
  #sendEntry(connection: Connection, { seq, kind, conversation_id, accepted_at_ms, body }: EncodedEntry): void {
    this.dependencies.transmitter.sendText(connection, body, kind);
    if (conversation_id !== undefined && (kind === 'joined' || kind === 'left')) {
      this.changeGroup(connection.userId, conversation_id, kind, seq);
    }
    if (accepted_at_ms !== undefined) this.#measure(connection, accepted_at_ms);
  }

  /** What was sent before the socket opened did not wait for us. */
  #measure({ openedAt }: Connection, acceptedAtMs: number): void {
    const { metrics, clock } = this.dependencies;
    if (acceptedAtMs < openedAt) return;
    metrics.deliverySeconds.observe(Math.max(0, clock.wall() - acceptedAtMs) / 1_000, { path: 'inbox' });
  }

  #read(connection: Connection, after: number, cause: ReadCause): void {
    const { reader, metrics } = this.dependencies;
    metrics.catchUpReads.add(cause);
    void reader.read(connection, after, (event) => this.step(connection, event));
  }

  #lookAgain(userId: string, head: Promise<number | undefined>): void {
    void head.then((seq) => {
      if (seq !== undefined) this.tellHead(userId, seq, 'connect');
    });
  }
}
