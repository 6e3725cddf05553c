import type { Logger } from '../../log/logger';
import type { BackoffOptions } from '../backoff';
import type { LogMetrics } from '../log-metrics';
import type { BatchHandler, OutgoingRecord, SubscribeOptions, Subscription } from '../message-log';
import type { Partition } from './partition';
import { Reader } from './reader';

/** What a group needs of its log. */
export interface GroupHost {
  readonly logger: Logger;
  readonly backoff: BackoffOptions;
  readonly metrics: LogMetrics;
  /** Appends past the queue's bound; resolves when the record is complete. */
  forward(record: OutgoingRecord): Promise<void>;
}

/** One subscription. */
export class Member implements Subscription {
  readonly ready = Promise.resolve();
  readonly #closing = new AbortController();
  readonly #inHand = new Set<Promise<void>>();
  #closed: Promise<void> | undefined;

  constructor(
    private readonly group: Group,
    readonly maxBatchRecords: number,
    readonly handler: BatchHandler,
  ) {}

  /** Aborted when the member begins to close. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Runs the work of a batch; `close` waits for it. */
  async inHand(work: () => Promise<void>): Promise<void> {
    const running = work();
    this.#inHand.add(running);
    await running;
    this.#inHand.delete(running);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // Leaves first, so that no further batch begins.
    this.group.leave(this);
    this.#closing.abort();
    await Promise.all(this.#inHand);
  }
}

/**
 * A consumer group of one topic: members share the partitions (partition p belongs to member p modulo their number), each
 * partition has one reader, and the group remembers its positions while the process lives.
 */
export class Group {
  readonly members: Member[] = [];
  readonly #readers: Reader[];

  constructor(
    readonly id: string,
    readonly log: GroupHost,
    partitions: readonly Partition[],
  ) {
    this.#readers = partitions.map((partition) => {
      const reader = new Reader(this, partition);
      partition.readers.add(reader);
      return reader;
    });
  }

  get metrics(): LogMetrics {
    return this.log.metrics;
  }

  join({ maxBatchRecords }: SubscribeOptions, handler: BatchHandler): Member {
    const member = new Member(this, maxBatchRecords, handler);
    this.members.push(member);
    if (this.members.length > 1) this.metrics.rebalanced(this.id);
    for (const reader of this.#readers) reader.wake();
    return member;
  }

  ownerOf(partition: number): Member | undefined {
    return this.members[partition % this.members.length];
  }

  leave(member: Member): void {
    const at = this.members.indexOf(member);
    if (at >= 0) this.members.splice(at, 1);
    if (this.members.length > 0) this.metrics.rebalanced(this.id);
    else for (const reader of this.#readers) reader.deserted();
  }
}
