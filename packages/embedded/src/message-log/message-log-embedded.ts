/**
 * The message log inside one process. Nothing outlives the process: an `append` therefore resolves only once every
 * consumer group of the topic has handled the record and everything its handlers forwarded, so that an acknowledged
 * record is where its consumers put it. A topic without consumers resolves at once (its newest records are retained for
 * a group that comes later).
 *
 * Concurrency: all state changes in synchronous steps; per group and partition one batch is being handled.
 * States: open → draining (close called; appends throw log_closed, what is queued is handled) → closed.
 */
import { PlatformError, isPlatformError, type Logger, type Metrics } from '@chat-app/platform';
import {
  checkOrder,
  Deadlines,
  declareLogMetrics,
  type LogMetrics,
  partitionOfKey,
  checkRecordSize,
  recordBytes,
} from '@chat-app/message-log/adapter';
import { TIMED_OUT, withTimeout, type BackoffOptions } from '@chat-app/timing';
import { Group } from './group';
import type { Member } from './member';
import { Partition } from './partition';
import type { LogHost } from './reader';
import type {
  AppendOrder,
  BatchHandler,
  MessageLog,
  OutgoingRecord,
  SubscribeOptions,
  Subscription,
} from '@chat-app/message-log';

export interface EmbeddedMessageLogOptions {
  logger: Logger;
  metrics?: Metrics;
  /** Partitions of each topic; 4 by default. */
  partitions?: number;
  /** Bounds of what waits to be handled; 5,000 records and 8 MiB by default. */
  maxQueuedRecords?: number;
  maxQueuedBytes?: number;
  /** 1,000,000 bytes by default. */
  maxRecordBytes?: number;
  /** An append that takes longer is rejected with log_unavailable (it may still be handled); 10 s by default. */
  appendTimeoutMs?: number;
  /** Records kept per topic for groups that come later; 1,000 by default. */
  retainRecords?: number;
  /** Waits between attempts of a batch; 100 ms doubling to 5 s by default. */
  backoff?: BackoffOptions;
}

/** Makes a log inside this process. */
export function createEmbeddedMessageLog(options: EmbeddedMessageLogOptions): MessageLog {
  return new EmbeddedMessageLog(options);
}

interface Waiter {
  bytes: number;
  reject: (error: Error) => void;
}

interface Topic {
  partitions: Partition[];
  groups: Map<string, Group>;
}

class EmbeddedMessageLog implements MessageLog, LogHost {
  readonly logger: Logger;
  readonly metrics: LogMetrics;
  readonly backoff: BackoffOptions;
  readonly #bounds: { partitions: number; records: number; bytes: number; recordBytes: number; retain: number };
  readonly #topics = new Map<string, Topic>();
  readonly #members = new Set<Member>();
  readonly #pending = new Set<Promise<void>>();
  readonly #deadlines: Deadlines<Waiter>;
  #queuedRecords = 0;
  #queuedBytes = 0;
  #closed: Promise<void> | undefined;

  constructor(options: EmbeddedMessageLogOptions) {
    this.logger = options.logger.child({ component: 'message-log' });
    this.metrics = declareLogMetrics(options.metrics);
    this.backoff = options.backoff ?? { firstMs: 100, maxMs: 5_000 };
    const partitions = options.partitions ?? 4;
    this.#bounds = {
      partitions,
      records: options.maxQueuedRecords ?? 5_000,
      bytes: options.maxQueuedBytes ?? 8 * 1024 * 1024,
      recordBytes: options.maxRecordBytes ?? 1_000_000,
      retain: Math.ceil((options.retainRecords ?? 1_000) / partitions),
    };
    this.#deadlines = new Deadlines(options.appendTimeoutMs ?? 10_000, ({ reject }) =>
      reject(new PlatformError('log_unavailable', 'the record was not handled in time')),
    );
  }

  get queued(): number {
    return this.#queuedRecords;
  }

  async append(record: OutgoingRecord, order?: AppendOrder): Promise<void> {
    const from = performance.now();
    try {
      checkOrder(order);
      const bytes = recordBytes(record);
      this.#admit(record, bytes);
      await this.#withinDeadline(this.#track(record, bytes), bytes);
    } catch (error) {
      // Before anyone can append the next of its order, where it was not admitted; one that is late is handled in its turn.
      if (order !== undefined) order.failed = true;
      if (isPlatformError(error)) this.metrics.appendFailed(error.code);
      throw error;
    }
    this.metrics.appended(record.topic, (performance.now() - from) / 1000);
  }

  /** Past the bound: a handler that could not forward would hold up the very queue it is to empty. */
  forward(record: OutgoingRecord): Promise<void> {
    const bytes = recordBytes(record);
    checkRecordSize(record.topic, bytes, this.#bounds.recordBytes);
    return this.#track(record, bytes);
  }

  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription {
    if (this.#closed !== undefined) throw new PlatformError('log_closed', 'the log is closed');
    const { groups, partitions } = this.#topic(options.topic);
    let group = groups.get(options.groupId);
    if (group === undefined) groups.set(options.groupId, (group = new Group(options.groupId, this, partitions)));
    const member = group.join(options, handler);
    this.#members.add(member);
    return member;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #admit({ topic }: OutgoingRecord, bytes: number): void {
    if (this.#closed !== undefined) throw new PlatformError('log_closed', 'the log is closed');
    checkRecordSize(topic, bytes, this.#bounds.recordBytes);
    if (this.#queuedRecords < this.#bounds.records && this.#queuedBytes + bytes <= this.#bounds.bytes) return;
    throw new PlatformError('log_overloaded', 'too much waits to be handled', { queued: this.#queuedRecords });
  }

  /** Appends and counts the record as queued until it is complete. */
  #track(record: OutgoingRecord, bytes: number): Promise<void> {
    const { partitions } = this.#topic(record.topic);
    const partition = partitions[partitionOfKey(record.key, partitions.length)];
    if (partition === undefined) throw new PlatformError('illegal_state', `${record.topic} has no partitions`);
    const { done } = partition.append(record);
    this.#queuedRecords += 1;
    this.#queuedBytes += bytes;
    const finished = (): void => {
      this.#queuedRecords -= 1;
      this.#queuedBytes -= bytes;
      this.#pending.delete(counted);
      if (this.#queuedRecords === 0) this.metrics.queued(0);
    };
    const counted = done.then(finished, finished);
    this.#pending.add(counted);
    if (this.#queuedRecords % 100 === 1) this.metrics.queued(this.#queuedRecords);
    return done;
  }

  #withinDeadline(done: Promise<void>, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { bytes, reject };
      this.#deadlines.add(waiter);
      done.then(resolve, reject).finally(() => this.#deadlines.remove(waiter));
    });
  }

  #topic(name: string): Topic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      const { partitions, retain } = this.#bounds;
      const make = (_: unknown, number: number): Partition => new Partition(name, number, retain);
      topic = { partitions: Array.from({ length: partitions }, make), groups: new Map() };
      this.#topics.set(name, topic);
    }
    return topic;
  }

  async #close(): Promise<void> {
    await this.#drain();
    await Promise.all([...this.#members].map((member) => member.close()));
    this.#deadlines.clear();
  }

  /** Waits for what is queued, and for what that forwards, no longer than an append may take. */
  async #drain(): Promise<void> {
    const end = performance.now() + this.#deadlines.allowedMs;
    while (this.#pending.size > 0) {
      if ((await withTimeout(end - performance.now(), Promise.all(this.#pending))) === TIMED_OUT) break;
    }
    if (this.#pending.size > 0) this.logger.warn('closing with records not handled', { records: this.#pending.size });
  }
}
