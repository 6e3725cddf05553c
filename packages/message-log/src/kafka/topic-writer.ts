/**
 * Writes the records of one topic to Kafka: sends one batch at a time, sends again what was not acknowledged, and gives up
 * on a record at its deadline.
 *
 * States: idle → lingering (after a pause no longer than the turn lasts; otherwise until a moment after the last request
 * began, or until a batch is full) → writing (one request in flight; what is appended meanwhile is the next batch) → idle. With a batch failing it waits, still writing, and tries again from the oldest
 * record. Exactly one request is in flight, so records of a key are in the log in the order of their appends.
 * A topic has a producer of its own: one that cannot be written (it does not exist, say) does not hold up the others.
 */
import { type Logger, PlatformError } from '@chat-app/platform';
import { backoffMs, delay, withTimeout } from '@chat-app/timing';
import { Deadlines } from '../adapter/deadlines';
import type { LogMetrics } from '../adapter/log-metrics';
import type { AppendOrder, OutgoingRecord } from '../message-log';
import { appendBatch } from './append-batch';
import type { Producer } from './kafka-clients';
import { appendError, isTooLarge } from './map-errors';
import { PendingRecords, type Budget, type PendingRecord } from './pending-records';
import { ReplaceableProducer } from './replaceable-producer';

export interface WriterOptions {
  /** From the beginning of a request to that of the next; a full batch does not wait. */
  lingerMs: number;
  maxBatchRecords: number;
  maxBatchBytes: number;
  /** From append to log_unavailable. */
  appendTimeoutMs: number;
  /** A request that takes longer is given up, and with it the producer. */
  requestTimeoutMs: number;
}

export interface WriterHost {
  makeProducer: () => Producer;
  budget: Budget;
  logger: Logger;
  metrics: LogMetrics;
}

const BACKOFF = { firstMs: 100, maxMs: 1_000 };

export class TopicWriter {
  readonly #queue: PendingRecords;
  readonly #deadlines: Deadlines<PendingRecord>;
  readonly #producer: ReplaceableProducer;
  readonly #stop = new AbortController();
  /** Closing: nothing waits for company any more. */
  #draining = false;
  #linger: { cancel(): void } | undefined;
  /** `performance.now()` of the last request. */
  #requestedAt = -Infinity;
  #writing: Promise<void> | undefined;
  /** Fewer than `maxBatchRecords` after a batch was too large, until one went through. */
  #batchRecords: number;
  #failures = 0;
  /** An order failed since the queue was last looked through for its followers. */
  #orderFailed = false;
  #lastError: PlatformError | undefined;

  constructor(
    readonly topic: string,
    private readonly options: WriterOptions,
    private readonly host: WriterHost,
  ) {
    this.#queue = new PendingRecords(host.budget);
    this.#producer = new ReplaceableProducer(host.makeProducer, options.requestTimeoutMs);
    this.#batchRecords = options.maxBatchRecords;
    this.#deadlines = new Deadlines(options.appendTimeoutMs, (pending) => this.#fail(pending, this.#timedOut()));
  }

  /** Resolves when the record is on all in-sync replicas. @throws PlatformError log_unavailable, log_record_too_large */
  append(record: OutgoingRecord, bytes: number, order?: AppendOrder): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending = { record, bytes, order, since: performance.now(), resolve, reject };
      this.#queue.add(pending);
      this.#deadlines.add(pending);
      this.#schedule();
    });
  }

  /** Waits until everything is settled, at most so long; what is left then is rejected. Disconnects. */
  async close(withinMs: number): Promise<void> {
    this.#draining = true;
    this.#write();
    if (this.#writing !== undefined) await withTimeout(withinMs, this.#writing);
    this.#stop.abort();
    for (const pending of this.#queue.all()) {
      this.#fail(pending, new PlatformError('log_unavailable', 'the log was closed before Kafka confirmed the record'));
    }
    this.#deadlines.clear();
    await this.#producer.drop();
  }

  #schedule(): void {
    if (this.#writing !== undefined) return;
    if (this.#isFull()) return this.#write();
    this.#linger ??= after(this.#requestedAt + this.options.lingerMs - performance.now(), () => this.#write());
  }

  #isFull(): boolean {
    const { maxBatchRecords, maxBatchBytes } = this.options;
    return this.#queue.size >= maxBatchRecords || this.#queue.bytes >= maxBatchBytes;
  }

  #write(): void {
    this.#linger?.cancel();
    this.#linger = undefined;
    if (this.#writing !== undefined || this.#queue.size === 0) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined;
      this.host.metrics.queued(this.host.budget.records);
      // Whoever heard of an acknowledgement may have appended before this ran.
      if (this.#queue.size > 0) this.#schedule();
    });
  }

  /** Never rejects. */
  async #writeAll(): Promise<void> {
    while (this.#queue.size > 0 && !this.#stop.signal.aborted) {
      if (this.#orderFailed) this.#failFollowers();
      const batch = this.#queue.oldest(this.#batchRecords, this.options.maxBatchBytes);
      this.#requestedAt = performance.now();
      if (await this.#writeBatch(batch)) {
        this.#failures = 0;
        // What came meanwhile waits for company, unless it is enough; a part of a batch that was too large goes on.
        if (!this.#isFull() && this.#batchRecords >= this.options.maxBatchRecords && !this.#draining) break;
      } else {
        this.#failures += 1;
        await delay(backoffMs(this.#failures, BACKOFF), this.#stop.signal);
      }
      this.host.metrics.queued(this.host.budget.records);
    }
  }

  /** @returns whether it should go on at once. Never rejects. */
  async #writeBatch(batch: readonly PendingRecord[]): Promise<boolean> {
    try {
      const records = batch.map(({ record }) => record);
      const acknowledged = await this.#producer.ask((producer) => appendBatch(producer, this.topic, records));
      return this.#settle(batch, acknowledged);
    } catch (thrown) {
      if (isTooLarge(thrown)) return this.#splitTooLarge(batch, thrown);
      this.#lastError = appendError(thrown, this.topic);
      this.host.logger.warn('append failed, it will be tried again', {
        records: batch.length,
        failures: this.#failures + 1,
        error: this.#lastError,
      });
      return false;
    }
  }

  #settle(batch: readonly PendingRecord[], acknowledged: readonly boolean[]): boolean {
    let missing = 0;
    const now = performance.now();
    batch.forEach((pending, index) => {
      if (acknowledged[index] !== true) missing += 1;
      else if (this.#take(pending)) {
        this.host.metrics.appended(this.topic, (now - pending.since) / 1000);
        pending.resolve();
      }
    });
    this.host.metrics.batchWritten(batch.length);
    this.#batchRecords = Math.min(this.options.maxBatchRecords, this.#batchRecords * 2);
    if (missing === 0) return true;
    this.host.logger.warn('a send left partitions out, they will be sent again', { missing, records: batch.length });
    // Only a batch that got nowhere waits: leaders have moved already where others were acknowledged.
    return missing < batch.length;
  }

  /** The broker does not say which record: sends fewer at a time, until one alone is too large. */
  #splitTooLarge(batch: readonly PendingRecord[], thrown: unknown): true {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      this.#batchRecords = this.options.maxBatchRecords;
      this.#fail(only, appendError(thrown, this.topic));
    } else this.#batchRecords = Math.ceil(batch.length / 2);
    return true;
  }

  #take(pending: PendingRecord): boolean {
    this.#deadlines.remove(pending);
    return this.#queue.settle(pending);
  }

  #fail(pending: PendingRecord, error: PlatformError): void {
    if (!this.#take(pending)) return;
    if (pending.order !== undefined) this.#orderFailed = pending.order.failed = true;
    this.host.metrics.appendFailed(error.code);
    pending.reject(error);
  }

  /** What was to be written after a record that failed. What is being written with it shares its outcome. */
  #failFollowers(): void {
    this.#orderFailed = false;
    for (const pending of this.#queue.all()) {
      if (pending.order?.failed !== true) continue;
      this.#fail(pending, new PlatformError('log_unavailable', 'a record before it was not confirmed'));
    }
    this.#orderFailed = false;
  }

  #timedOut(): PlatformError {
    const details = { topic: this.topic, kafka_error: this.#lastError?.details['kafka_error'] };
    const cause = this.#lastError;
    return new PlatformError('log_unavailable', 'Kafka did not confirm the record in time', details, { cause });
  }
}

/** Calls back after so many milliseconds; at the end of this turn of the event loop where they are over. */
function after(ms: number, callback: () => void): { cancel(): void } {
  if (ms <= 0) {
    const immediate = setImmediate(callback);
    return { cancel: () => clearImmediate(immediate) };
  }
  const timer = setTimeout(callback, ms);
  return { cancel: () => clearTimeout(timer) };
}
